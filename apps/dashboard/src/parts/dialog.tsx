import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './dialog.module.css';

interface DialogProps {
  title: string;
  about?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A window above the page, open while it is drawn. The focus stays in it, and returns to what opened it.
 * No page of the shop imports it: it is 20 kB.
 */
export function Dialog({ title, about, onClose, children }: DialogProps) {
  return (
    <Base.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.popup}>
          <div className={styles.head}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            <Base.Close className={styles.close} aria-label="Close">
              <X size={20} aria-hidden />
            </Base.Close>
          </div>
          {about === undefined ? null : (
            <Base.Description className={styles.about} render={<div />}>
              {about}
            </Base.Description>
          )}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
