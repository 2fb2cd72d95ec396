/** `node test/strategy-counts.ts [days] [days on 1m] [seed]`: every built-in strategy on every timeframe, counted. */
import { BUILT_IN_STRATEGIES } from "../src/core/strategies/catalog.ts";
import { TIMEFRAMES } from "../src/core/timeframe.ts";
import { Stretch } from "./strategy-run.ts";

const [days = "730", daysOnMinutes = "60", seed = "7"] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const FROM = Date.UTC(2024, 0, 1);

say(`simulated market, seed ${seed}, from ${new Date(FROM).toISOString().slice(0, 10)}`);
say("| strategy | timeframe | candles | trades | candles a trade | long | wins | exits |");
say("|---|---|---|---|---|---|---|---|");
let isSound = true;
for (const timeframe of TIMEFRAMES) {
  const span = { timeframe, from: FROM, days: Number(timeframe === "1m" ? daysOnMinutes : days) };
  const stretch = new Stretch(Number(seed), span);
  for (const strategy of BUILT_IN_STRATEGIES) {
    const { trades } = stretch.run(strategy);
    const share = (count: number) => `${Math.round((100 * count) / Math.max(1, trades.length))} %`;
    const reasons = Object.entries(Object.groupBy(trades, ({ reason }) => reason))
      .map(([reason, of]) => `${reason} ${share(of.length)}`)
      .join(", ");
    const spacing = stretch.candles / trades.length;
    const longs = share(trades.filter(({ direction }) => direction === "long").length);
    const wins = share(trades.filter(({ netProfit }) => netProfit > 0n).length);
    isSound &&= trades.length > 0 && spacing >= 10;
    const counts = `${stretch.candles} | ${trades.length} | ${spacing.toFixed(0)}`;
    say(`| ${strategy.name} | ${timeframe} | ${counts} | ${longs} | ${wins} | ${reasons} |`);
  }
}
say(isSound ? "each trades, none at more than one candle in ten" : "FAILED");
process.exitCode = isSound ? 0 : 1;
