/**
 * openapi-typescript reads TypeScript's JavaScript API, which TypeScript 7 has not: it gets its own
 * TypeScript 5. Overrides cannot do this, because it names TypeScript as a peer.
 */
module.exports = {
  hooks: {
    readPackage(manifest) {
      if (manifest.name === 'openapi-typescript') {
        delete manifest.peerDependencies.typescript;
        manifest.dependencies.typescript = '5.9.3';
      }
      return manifest;
    },
  },
};
