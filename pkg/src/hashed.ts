/** A file as the core takes it; it computes a hash that is missing. */
export interface HashedFile {
  bytes: Uint8Array;
  sha256?: Uint8Array;
}

/** A file with the hash that this host computed. Only secure contexts have the means: elsewhere the core computes it. */
export async function hashed(given: Uint8Array): Promise<HashedFile> {
  // A copy of our own, so that nobody changes after the hashing what is read.
  const bytes = new Uint8Array(given);
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  return subtle === undefined ? { bytes } : { bytes, sha256: new Uint8Array(await subtle.digest("SHA-256", bytes)) };
}
