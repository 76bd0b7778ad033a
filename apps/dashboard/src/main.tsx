import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from './app/api.js';
import { router } from './app/router.js';
import { restoreSession } from './app/session.js';
import { applyTheme } from './app/theme.js';
import './tokens.css';
import './base.css';

applyTheme();
restoreSession();
// A tab that was open while a new build was put in place asks for files that are gone.
window.addEventListener('vite:preloadError', (event) => {
  if (sessionStorage.getItem('backstitch.reloaded') === location.href) return;
  sessionStorage.setItem('backstitch.reloaded', location.href);
  event.preventDefault();
  location.reload();
});

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
