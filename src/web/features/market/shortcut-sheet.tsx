/** The sheet that `?` opens: every key and what it does. */
import { useWording } from "../../i18n/wording.ts";
import { Sheet } from "../../ui/sheet.tsx";

const GROUPS = [
  {
    name: "market",
    rows: [
      { keys: ["1", "2", "3", "4", "5", "6"], act: "timeframes" },
      { keys: ["/"], act: "search" },
      { keys: ["I"], act: "indicators" },
    ],
  },
  {
    name: "chart",
    rows: [
      { keys: ["←", "→"], act: "pan" },
      { keys: ["+", "−"], act: "zoom" },
      { keys: ["J", "K"], act: "read" },
      { keys: ["N"], act: "newest" },
      { keys: ["R"], act: "reset" },
      { keys: ["F"], act: "fullScreen" },
    ],
  },
  {
    name: "page",
    rows: [
      { keys: ["T"], act: "theme" },
      { keys: ["?"], act: "help" },
      { keys: ["Esc"], act: "escape" },
    ],
  },
] as const;

interface ShortcutSheetProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function ShortcutSheet({ opened, onClose }: ShortcutSheetProps) {
  const { t } = useWording();
  return (
    <Sheet title={t("keys.title")} opened={opened} onClose={onClose} width={460}>
      {GROUPS.map(({ name, rows }) => (
        <div key={name}>
          <h3 className="picker-heading">{t(`keys.${name}`)}</h3>
          <dl className="keys">
            {rows.map(({ keys, act }) => (
              <div key={act} className="keys-row">
                <dt>{t(`keys.${act}`)}</dt>
                <dd>
                  {keys.map((key) => (
                    <kbd key={key} className="key">
                      {key}
                    </kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </Sheet>
  );
}
