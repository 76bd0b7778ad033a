import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressed } from './vite-compressed.js';

const gateway = process.env['GATEWAY_URL'] ?? 'http://localhost:3000';
/** Of the pages, as identity-service knows them in development: it checks it for the refresh cookie. */
const pages = process.env['PAGES_ORIGIN'] ?? 'http://localhost:3006';

export default defineConfig({
  plugins: [react(), compressed()],
  build: {
    target: 'es2023',
    // The content security policy of the pages allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/api': {
        target: gateway,
        configure: (proxy) => {
          proxy.on('proxyReq', (request) => {
            if (request.hasHeader('origin')) request.setHeader('origin', pages);
          });
        },
      },
    },
  },
});
