# Two images: `--target app --build-arg APP=order-service` is one app, `--target ops` is what prepares
# the databases and the operators' commands. docker-compose.yaml builds them all.
# Not built on the machine it was written on, which has no Docker engine: a parser read it, and the
# tests start every app from the very tree that `pnpm deploy` makes here.
ARG NODE=node:24.21.0-bookworm-slim

FROM ${NODE} AS build
ENV CI=true COREPACK_ENABLE_DOWNLOAD_PROMPT=0
# The hash is the one of the package: corepack refuses another.
RUN corepack enable \
  && corepack prepare pnpm@12.21.0+sha512.66fd8278ee28935ce951792d34367ff3af5c432a2756445823029533835b8da529bbe0be5130afd56ed0713fb8789e47bad82d93bd5ae2fe54b15562d6276ef0 --activate
WORKDIR /backstitch
# Libraries change less often than sources: this layer is kept as long as the lockfile is.
COPY pnpm-lock.yaml pnpm-workspace.yaml .pnpmfile.cjs ./
COPY patches patches
RUN pnpm fetch
COPY . .
RUN pnpm install --frozen-lockfile --offline && pnpm build
# What production needs of each app, and nothing else.
RUN for name in api-gateway order-service inventory-service payment-service orchestrator identity-service; do \
      pnpm --filter="@backstitch/${name}" deploy --prod --offline "/deployed/apps/${name}" || exit 1; \
    done \
  && pnpm --filter=@backstitch/tools deploy --prod --offline /deployed/tools \
  && node tools/prune-deployed.mjs /deployed/apps/* /deployed/tools \
  && chmod -R a+rX,go-w /deployed

FROM ${NODE} AS runtime
ENV NODE_ENV=production HOST=0.0.0.0
# Below, USER comes last: root owns each folder and what is copied into it, and runs nothing of it. An app
# that is broken into cannot change itself.

FROM runtime AS app
ARG APP
WORKDIR /app
COPY --from=build --chown=root:root /deployed/apps/${APP} ./
USER node
# Ready is: this process can serve. PORT is the one that the container was given.
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.PORT+'/health/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "--enable-source-maps", "--max-semi-space-size=16", "dist/main.js"]

FROM runtime AS ops
WORKDIR /backstitch
COPY --from=build --chown=root:root /deployed ./
USER node
HEALTHCHECK NONE
CMD ["node", "tools/dist/start/prepare.js"]
