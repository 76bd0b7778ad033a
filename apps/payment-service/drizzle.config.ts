import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/database/schema.ts',
  schemaFilter: ['public', 'bank'],
  out: './migrations',
  dbCredentials: {
    url: process.env.DB_URL ?? 'postgresql://postgres:1111@localhost:5432/payments',
  },
});
