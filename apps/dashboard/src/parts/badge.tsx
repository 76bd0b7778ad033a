import {
  Check,
  CircleAlert,
  Circle,
  CircleHelp,
  LoaderCircle,
  RotateCw,
  Undo2,
  X,
} from 'lucide-react';
import styles from './badge.module.css';

export type BadgeTone =
  | 'running'
  | 'retrying'
  | 'done'
  | 'undo'
  | 'doubt'
  | 'attention'
  | 'refused'
  | 'idle';

const ICONS: Readonly<Record<BadgeTone, typeof Check>> = {
  running: LoaderCircle,
  retrying: RotateCw,
  done: Check,
  undo: Undo2,
  doubt: CircleHelp,
  attention: CircleAlert,
  refused: X,
  idle: Circle,
};

/** A state: an icon, a colour and a word, so that no one of them is needed alone. */
export function Badge({ tone, children }: { tone: BadgeTone; children: string }) {
  const Icon = ICONS[tone];
  return (
    <span className={styles.badge} data-tone={tone}>
      <Icon size={14} strokeWidth={2.5} aria-hidden />
      {children}
    </span>
  );
}
