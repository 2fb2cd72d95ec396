/** A dialog over the page: focus stays inside, Escape closes it, focus returns to where it was. */
import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useWording } from "../i18n/wording.ts";

interface SheetProps {
  readonly title: ReactNode;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly width?: number;
}

export function Sheet({ title, opened, onClose, children, width = 560 }: SheetProps) {
  const { t } = useWording();
  return (
    <Modal.Root
      opened={opened}
      onClose={onClose}
      size={width}
      yOffset="8vh"
      // Locking the scroll would write a style element, which the content security policy refuses.
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      // A class on the content itself would also dress the box around it, over the whole window.
      classNames={{ content: "sheet" }}
    >
      <Modal.Overlay />
      <Modal.Content>
        {/* Not a header element: those are landmarks of the page. */}
        <div className="sheet-header">
          <Modal.Title className="sheet-title">{title}</Modal.Title>
          <Modal.CloseButton aria-label={t("settings.close")} />
        </div>
        <Modal.Body className="sheet-body">{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** Focuses a field as soon as it stands, so that the keys pressed after the shortcut are not lost. */
export function takeFocus(node: HTMLElement | null): void {
  node?.focus();
}
