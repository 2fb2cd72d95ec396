/** One matter of a page: its heading, what it is about, and what can be done. */
import { type ReactNode, useId } from "react";

interface CardProps {
  readonly title: string;
  readonly hint?: string;
  readonly children?: ReactNode;
}

export function Card({ title, hint, children }: CardProps) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
        {hint !== undefined && <p>{hint}</p>}
      </div>
      <div className="card-body">{children}</div>
    </section>
  );
}
