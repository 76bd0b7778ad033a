# One image for all five apps (docker-compose.yaml says which one a container runs).
# Not built on the machine it was written on: no Docker engine there.
FROM node:20-bookworm-slim AS build
WORKDIR /backstitch
RUN npm install --global pnpm@12.21.0
COPY . .
RUN pnpm install --frozen-lockfile && pnpm build && rm -rf .turbo node_modules/.cache

FROM node:20-bookworm-slim
WORKDIR /backstitch
COPY --from=build --chown=node:node /backstitch ./
USER node
CMD ["node", "apps/api-gateway/dist/main.js"]
