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
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={width}
      yOffset="8vh"
      // Locking the scroll would write a style element, which the content security policy refuses.
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ "aria-label": t("settings.close") }}
      classNames={{
        content: "sheet",
        header: "sheet-header",
        title: "sheet-title",
        body: "sheet-body",
      }}
    >
      {children}
    </Modal>
  );
}
