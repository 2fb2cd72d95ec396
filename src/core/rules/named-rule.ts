/** The rule behind each named condition, parsed once. */
import { assert } from "../assert.ts";
import { NAMED_CONDITIONS } from "./named-condition.ts";
import { parseRule } from "./parse.ts";
import type { Rule } from "./rule.ts";

const RULES: ReadonlyMap<string, Rule> = new Map(
  NAMED_CONDITIONS.map(({ name, text }) => {
    const parsed = parseRule(text);
    assert(parsed.kind === "rule", `${name} is written in the rule language`);
    return [name, parsed.rule];
  }),
);

/** The rule that a named condition stands for. */
export function namedRule(name: string): Rule {
  const rule = RULES.get(name);
  assert(rule !== undefined, `${name} is a named condition`);
  return rule;
}
