/** A button that is one icon: its name is read aloud and shown on hover and focus. */
import { ActionIcon, Tooltip } from "@mantine/core";
import type { Ref } from "react";
import { Icon, type IconName } from "./icon.tsx";

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  /** The key that does the same, shown beside the name. */
  readonly shortcut?: string;
  /** For buttons that hold a state. */
  readonly pressed?: boolean;
  readonly size?: number;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function IconButton({
  icon,
  label,
  onClick,
  shortcut,
  pressed,
  size = 28,
  ref,
}: IconButtonProps) {
  const tip = (
    <>
      {label}
      {shortcut !== undefined && <kbd className="tip-key">{shortcut}</kbd>}
    </>
  );
  return (
    <Tooltip label={tip} openDelay={400} events={{ hover: true, focus: true, touch: false }}>
      <ActionIcon
        ref={ref}
        variant="subtle"
        color="gray"
        size={size}
        aria-label={label}
        aria-keyshortcuts={shortcut}
        aria-pressed={pressed}
        onClick={onClick}
      >
        <Icon name={icon} />
      </ActionIcon>
    </Tooltip>
  );
}
