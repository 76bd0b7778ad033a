import {
  Headphones,
  Keyboard,
  Laptop,
  type LucideIcon,
  Monitor,
  Mouse,
  Package,
  HardDrive,
  Armchair,
  Usb,
  Webcam,
  Lamp,
} from 'lucide-react';
import styles from './product-art.module.css';

/** By a word of the name, else by the category. */
const PICTURES: readonly (readonly [RegExp, LucideIcon])[] = [
  [/laptop|notebook/i, Laptop],
  [/mouse/i, Mouse],
  [/keyboard/i, Keyboard],
  [/hub|usb/i, Usb],
  [/webcam|camera/i, Webcam],
  [/headphone|speaker|audio/i, Headphones],
  [/monitor|display/i, Monitor],
  [/ssd|drive|storage/i, HardDrive],
  [/lamp|light/i, Lamp],
  [/chair|office/i, Armchair],
];

const HUES = 5;

interface ProductArtProps {
  name: string;
  category?: string | null;
  size?: 'card' | 'line';
}

/** A drawing in place of a photograph: pictures of other sites are not loaded. */
export function ProductArt({ name, category, size = 'card' }: ProductArtProps) {
  const at = pictureOf(name, category ?? '');
  const Picture = PICTURES[at]?.[1] ?? Package;
  return (
    <div className={`${styles.art} ${styles[size]}`} data-hue={(at + HUES) % HUES} aria-hidden>
      <Picture size={size === 'card' ? 56 : 28} strokeWidth={size === 'card' ? 1.1 : 1.5} />
    </div>
  );
}

/** -1 when nothing fits. */
function pictureOf(name: string, category: string): number {
  const byName = PICTURES.findIndex(([word]) => word.test(name));
  return byName >= 0 ? byName : PICTURES.findIndex(([word]) => word.test(category));
}
