/** The page's few icons, drawn on a grid of 16 with the colour of the text around them. */

const PATHS = {
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Zm3.3 7.8 3.2 3.2",
  close: "m4 4 8 8m0-8-8 8",
  gear: "M2.5 5h5m3 0h3m-3-1.8v3.6M2.5 11h3m3 0h5m-5-1.8v3.6",
  info: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Zm0 5v3.6M8 5v.2",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  check: "m3 8.5 3.2 3.2L13 4.8",
  expand: "M9.8 2.5h3.7v3.7M6.2 13.5H2.5V9.8m11-7.3L9.3 6.7M2.5 13.5l4.2-4.2",
  shrink: "M13.2 6.5H9.5V2.8M2.8 9.5h3.7v3.7M9.5 6.5l4-4m-7 7-4 4",
  reset: "M3 8a5 5 0 1 0 1.6-3.7M3 2.6v2.9h2.9",
  newest: "M3 3.5 7.5 8 3 12.5M8.5 3.5 13 8l-4.5 4.5",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1.5v1.3m0 10.4v1.3M1.5 8h1.3m10.4 0h1.3M3.4 3.4l.9.9m7.4 7.4.9.9m0-9.2-.9.9m-7.4 7.4-.9.9",
  moon: "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z",
  palette: "M8 2.5a5.5 5.5 0 0 0 0 11Zm0 0a5.5 5.5 0 0 1 0 11M10.2 4.6v6.8",
  keyboard: "M2 4.5h12v7H2Zm2.2 2.2h.1m2.4 0h.1m2.4 0h.1m2.4 0h.1M5 9.3h6",
  indicator: "M2.5 12.5 6 7l3 3 4.5-6.5M2.5 3v0",
  warning: "M8 2.5 14 13H2Zm0 4v3m0 1.6v.1",
  person:
    "M8 2.6a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4ZM2.9 13.4c.5-2.5 2.4-3.8 5.1-3.8s4.6 1.3 5.1 3.8",
  chevron: "m4.5 6.5 3.5 3.5 3.5-3.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      aria-hidden="true"
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
