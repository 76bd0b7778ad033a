import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** What a key is for: no two purposes share one, and none of them uses KEY_ENCRYPTION_KEY itself. */
export type Purpose = 'signing-keys' | 'authenticators' | 'refresh-tokens';

/** Encrypts and authenticates with keys that are derived from one secret. Pure but for the IVs. */
export class Sealing {
  private readonly keys = new Map<Purpose, Buffer>();

  constructor(private readonly secret: Buffer) {}

  /** `about` is authenticated, too: what is sealed for one row does not open in another one. */
  seal(purpose: Purpose, about: string, plain: Buffer): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key(purpose), iv).setAAD(Buffer.from(about));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  }

  /** Throws when it was sealed with another secret, for another row, or was altered. */
  open(purpose: Purpose, about: string, sealed: Buffer): Buffer {
    const iv = sealed.subarray(0, IV_BYTES);
    const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
    const decipher = createDecipheriv(ALGORITHM, this.key(purpose), iv, {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(about)).setAuthTag(tag);
    return Buffer.concat([
      decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)),
      decipher.final(),
    ]);
  }

  mac(purpose: Purpose, ...parts: readonly (string | Buffer)[]): Buffer {
    const mac = createHmac('sha256', this.key(purpose));
    for (const part of parts) {
      const bytes = Buffer.from(part as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      mac.update(length).update(bytes);
    }
    return mac.digest();
  }

  private key(purpose: Purpose): Buffer {
    const known = this.keys.get(purpose);
    if (known) return known;
    const info = `backstitch identity ${purpose}`;
    const key = Buffer.from(hkdfSync('sha256', this.secret, '', info, KEY_BYTES));
    this.keys.set(purpose, key);
    return key;
  }
}
