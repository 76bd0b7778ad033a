import { useEffect } from 'react';

/** The title of the tab, which screen readers say when the page changes. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Backstitch`;
  }, [title]);
}
