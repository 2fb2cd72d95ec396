/** Every sentence exists in every language, takes the same values, and is used somewhere. */
import { describe, expect, test } from "vitest";
import { INDICATORS } from "../../core/indicators/catalog.ts";
import { CATALOGUE_FR, OUTPUTS_FR, PARAMETERS_FR } from "./catalogue-fr.ts";
import { en } from "./en.ts";
import { fr } from "./fr.ts";

type Tree = { readonly [key: string]: string | Tree };

function leaves(tree: Tree, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") found.set(path + key, value);
    else for (const [inner, text] of leaves(value, `${path}${key}.`)) found.set(inner, text);
  }
  return found;
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);

const SOURCES = Object.entries(
  import.meta.glob<string>(
    ["../**/*.ts", "../**/*.tsx", "../../core/timeframe.ts", "../../protocol/account.ts"],
    {
      query: "?raw",
      import: "default",
      eager: true,
    },
  ),
)
  .filter(([path]) => !/\/i18n\/(people-)?(en|fr)\.ts$/.test(path))
  .filter(([path]) => !path.includes(".test."))
  .map(([, text]) => text)
  .join("\n");

/**
 * Keys that no call of `t` can name. A key put together, such as t(`keys.${act}`), is used when the
 * pattern fits and its last word stands in quotes somewhere in the sources.
 */
function unused(keys: Iterable<string>, sources: string): string[] {
  const patterns = [...sources.matchAll(/\bt\(\s*`([^`]+)`/g)].map(
    ([, template = ""]) => new RegExp(`^${template.replace(/\$\{[^}]+\}/g, "[\\w]+")}$`),
  );
  return [...keys].filter((key) => {
    const bare = key.replace(/_(one|other)$/, "");
    if (sources.includes(`t("${bare}"`) || sources.includes(`"${bare}"`)) return false;
    const last = (bare.split(".").at(-1) ?? "").replace(/Short$/, "");
    const isNamed = sources.includes(`"${last}"`);
    return !(isNamed && patterns.some((pattern) => pattern.test(bare)));
  });
}

describe("translations", () => {
  const english = leaves(en);
  const french = leaves(fr);

  test("have the same keys", () => {
    expect([...french.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test("take the same values", () => {
    const differing = [...english].filter(
      ([key, text]) =>
        placeholders(text).sort().join() !==
        placeholders(french.get(key) ?? "")
          .sort()
          .join(),
    );
    expect(differing).toEqual([]);
  });

  test("say something, with plural forms in pairs", () => {
    for (const [key, text] of [...english, ...french]) expect(text.trim(), key).not.toBe("");
    for (const key of english.keys()) {
      if (key.endsWith("_one")) expect(english.has(key.replace(/_one$/, "_other")), key).toBe(true);
    }
  });

  test("are all used", () => {
    expect(unused(["app.nobodySaysThis"], SOURCES)).toEqual(["app.nobodySaysThis"]);
    expect(unused(["keys.nobodySaysThis"], SOURCES)).toEqual(["keys.nobodySaysThis"]);
    expect(unused(english.keys(), SOURCES)).toEqual([]);
  });

  test("are the only sentences: no text stands in the markup", () => {
    const spoken = (source: string) =>
      [...source.matchAll(/<\w[^<>]*[^=]>\s*([A-Z][a-z]+ [a-z][^<>{}]*)</g)].map(
        ([, text]) => text,
      );
    expect(spoken("<p className='a'>Something untranslated</p>")).toEqual([
      "Something untranslated",
    ]);
    expect(spoken(SOURCES)).toEqual([]);
  });
});

describe("the catalogue in French", () => {
  test("knows every indicator, and no other", () => {
    expect(Object.keys(CATALOGUE_FR).sort()).toEqual(INDICATORS.map(({ id }) => id).sort());
  });

  test("knows every parameter and every output that is not a proper name", () => {
    const parameters = INDICATORS.flatMap((definition) => definition.parameters);
    const missing = parameters.map(({ name }) => name).filter((name) => !(name in PARAMETERS_FR));
    expect(missing).toEqual([]);
    const outputs = INDICATORS.flatMap((definition) => definition.outputs);
    const isProper = (name: string) => /^[^a-z]*$/.test(name) || ["Supertrend"].includes(name);
    const unnamed = outputs.map(({ name }) => name).filter((name) => !(name in OUTPUTS_FR));
    expect(unnamed.filter((name) => !isProper(name))).toEqual([]);
  });
});
