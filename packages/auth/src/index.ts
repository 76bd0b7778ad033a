export { AccessRows } from './access/access-rows.js';
export {
  type Access,
  type AccessRow,
  type App,
  APPS,
  type Method,
  type Reach,
} from './access/access-row.js';
export { type AccessRefusal, type Decision, decide } from './access/decide.js';
export { mayRead, maySeeDelivery, type Owned } from './access/owned.js';
export { ACCESS_TABLE } from './access-table.js';
export {
  type Caller,
  type CallerKind,
  guestCaller,
  isSubject,
  machineId,
  OPEN_CALLER,
  openCaller,
  ROLES,
  type Role,
  userId,
} from './caller.js';
export {
  CALLER_HEADER,
  callerFrom,
  callerJson,
  decodeCaller,
  encodeCaller,
} from './internal/caller-header.js';
export {
  DEVELOPMENT_INTERNAL_KEYS,
  type InternalKeys,
  internalKeys,
  internalKeysProblem,
} from './internal/internal-keys.js';
export {
  SIGNATURE_HEADER,
  SIGNED_HEADERS,
  type SignatureRefusal,
  type SignedHeader,
  type SignedRequest,
  signatureRefusal,
  signRequest,
} from './internal/signature.js';
export { foreignIssuers, type Issuer, issuersProblem, ownIssuer } from './tokens/issuer.js';
export { Revocations, type Revoked, type RevokedSubject } from './tokens/revocations.js';
export { TokenVerifier, type Verification } from './tokens/token-verifier.js';
export {
  COUNTERS_MAX,
  CALLER_LENGTH_MAX,
  EDGE_SYNC_BYTES_MAX,
  EDGE_SYNC_PATH,
  type EdgeSyncAnswer,
  type EdgeSyncRequest,
  REFUSED_MAX,
  type RefusedCall,
  EVERYTHING,
  readEdgeSyncAnswer,
  readEdgeSyncRequest,
  type RequestCounter,
} from './tokens/edge-sync.js';
export { INTROSPECT_PATH, type Introspection, readIntrospection } from './tokens/introspection.js';
