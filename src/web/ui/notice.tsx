/** A line that says what is going on and offers what can be done about it. */
import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";

interface NoticeProps {
  readonly tone: "info" | "warning" | "danger";
  readonly children: ReactNode;
  readonly action?: { readonly label: string; readonly onClick: () => void };
}

export function Notice({ tone, children, action }: NoticeProps) {
  return (
    <div className="notice" data-tone={tone} role={tone === "danger" ? "alert" : "status"}>
      <Icon name={tone === "info" ? "info" : "warning"} />
      <span className="notice-text">{children}</span>
      {action !== undefined && (
        <button type="button" className="button" onClick={action.onClick}>
          {action.label}
        </button>
      )}
    </div>
  );
}
