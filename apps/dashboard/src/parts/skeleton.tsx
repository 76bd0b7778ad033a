import styles from './skeleton.module.css';

interface SkeletonProps {
  /** Of what is loaded, for screen readers. */
  what: string;
  heightPx: number;
  count?: number;
  className?: string;
}

/** The place of what is being loaded. It is seen after 150 ms: what comes sooner does not flicker. */
export function Skeleton({ what, heightPx, count = 1, className }: SkeletonProps) {
  return (
    <div className={className ?? styles.stack} aria-busy="true">
      <span className="hidden">{`Loading ${what}`}</span>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={styles.bone} style={{ height: heightPx }} />
      ))}
    </div>
  );
}
