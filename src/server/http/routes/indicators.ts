/** `GET /api/indicators` and `…/values`: the catalogue, and one indicator's series for everyone. */
import { z } from "zod";
import { INDICATORS } from "../../../core/indicators/catalog.ts";
import type { IndicatorDefinition } from "../../../core/indicators/definition.ts";
import {
  type IndicatorRefusal,
  indicatorRefusalText,
  parseIndicator,
  TEXT_MAX,
} from "../../../core/indicators/indicator-text.ts";
import {
  type IndicatorDefinitionAnswer,
  indicatorsAnswer,
  indicatorValuesAnswer,
} from "../../../protocol/market.ts";
import type { App, HttpParts } from "../parts.ts";
import { invalidValue, type Refusal, sendRefusal } from "../problem.ts";
import { answers } from "./answers.ts";
import { instrumentOr400, marketQuery, openMarketOr503, timeQuery } from "./market-query.ts";

const valuesQuery = z.strictObject({
  ...marketQuery,
  indicator: z.string().max(TEXT_MAX),
  from: timeQuery,
  to: timeQuery,
});

export function indicatorsRoutes(app: App, { gate }: Pick<HttpParts, "gate">): void {
  const catalogue = { indicators: INDICATORS.map(definitionAnswer) };

  app.get(
    "/api/indicators",
    {
      config: { access: "public", rows: "shared", cache: "revalidate" },
      schema: {
        summary: "The catalogue of indicators",
        querystring: z.strictObject({}),
        response: answers(indicatorsAnswer),
      },
    },
    async () => catalogue,
  );

  app.get(
    "/api/indicators/values",
    {
      config: { access: "session", rows: "shared", cache: "revalidate" },
      schema: {
        summary: "One indicator's series, and its state after the last closed candle",
        querystring: valuesQuery,
        response: answers(indicatorValuesAnswer),
      },
    },
    async (request, reply) => {
      const {
        symbol,
        timeframe,
        indicator,
        from = 0,
        to = Number.MAX_SAFE_INTEGER,
      } = request.query;
      if (from > to) return sendRefusal(reply, invalidValue("from", "lies after to"));
      const parsed = parseIndicator(indicator);
      if (parsed.kind === "refused") return sendRefusal(reply, wrongIndicator(parsed.refusal));
      const market = await openMarketOr503(gate, reply);
      if (market === null) return reply;
      const instrument = instrumentOr400(market, symbol, reply);
      if (instrument === null) return reply;
      const place = { symbol: instrument.symbol, timeframe };
      return market.indicators.values(place, parsed.spec, { from, to });
    },
  );
}

function wrongIndicator(refusal: IndicatorRefusal): Refusal {
  const reason = invalidValue("indicator", indicatorRefusalText(refusal));
  if (refusal.kind === "parameters") return reason;
  return { ...reason, problem: { ...reason.problem, allowed: INDICATORS.map(({ id }) => id) } };
}

function definitionAnswer(definition: IndicatorDefinition): IndicatorDefinitionAnswer {
  const { id, name, category, formula, meaning, source } = definition;
  const defaults = definition.parameters.map((parameter) => parameter.default);
  return {
    id,
    name,
    category,
    parameters: definition.parameters.map((parameter) => ({ ...parameter })),
    outputs: definition.outputs.map((output) => ({ ...output })),
    formula,
    meaning,
    source,
    warmup: definition.warmup(defaults),
  };
}
