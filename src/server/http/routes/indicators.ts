/** `GET /api/indicators` and `…/values`: the catalogue, and one indicator's series for everyone. */
import { z } from "zod";
import { INDICATORS } from "../../../core/indicators/catalog.ts";
import type { IndicatorDefinition } from "../../../core/indicators/definition.ts";
import {
  type IndicatorDefinitionAnswer,
  indicatorsAnswer,
  indicatorValuesAnswer,
} from "../../../protocol/market.ts";
import { parseReference } from "../../indicators/indicators.ts";
import type { App, HttpParts } from "../parts.ts";
import { invalidValue, sendRefusal, unknownValue } from "../problem.ts";
import { answers } from "./answers.ts";
import { instrumentOr400, marketQuery, openMarketOr503, timeQuery } from "./market-query.ts";

/** Longer than the longest canonical text. */
const REFERENCE_LENGTH_MAX = 140;

const valuesQuery = z.strictObject({
  ...marketQuery,
  indicator: z.string().max(REFERENCE_LENGTH_MAX),
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
      const parsed = parseReference(indicator);
      if (parsed.kind === "unknown") {
        return sendRefusal(reply, unknownValue("indicator", indicator, parsed.allowed));
      }
      if (parsed.kind === "wrong") {
        return sendRefusal(reply, invalidValue("indicator", `"${indicator}" ${parsed.reason}`));
      }
      const market = await openMarketOr503(gate, reply);
      if (market === null) return reply;
      const instrument = instrumentOr400(market, symbol, reply);
      if (instrument === null) return reply;
      const place = { symbol: instrument.symbol, timeframe };
      return market.indicators.values(place, parsed.reference, { from, to });
    },
  );
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
