import { internalKeys } from '@backstitch/auth';
import { RequestSigner } from '../orchestrators/request-signer.js';

/** A value of INTERNAL_KEYS that production accepts. */
export const TEST_INTERNAL_KEYS = `test:${Buffer.alloc(32, 'test').toString('base64url')}`;

export const testSigner = new RequestSigner(internalKeys(TEST_INTERNAL_KEYS));
