/** The bodies, which the gateway documents, too. */
export { ClientRequest, UserChangeRequest } from '@backstitch/shared-types';
