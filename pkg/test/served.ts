// What a server of the vectors would serve: they keep the small files one after another, in those that hold them whole.
import type { Source } from "cccheck";

/** Gives the bytes of a file among the vectors. */
export type Read = (name: string) => Promise<Uint8Array>;

/** A source of the vectors under one of their heads. */
export function served(read: Read, head = "head"): Source {
  return {
    head: () => read(head),
    blob: (name, size) => piece(read, name, size),
    snapshot: () => read("snapshot"),
    delta: () => read("delta"),
  };
}

/** The piece of this name: the reference tables, or what begins somewhere in the snapshot or the delta. */
async function piece(read: Read, name: string, size: number): Promise<Uint8Array> {
  const reference = await read("reference");
  if (reference.length === size) {
    return reference;
  }
  for (const file of ["snapshot", "delta"]) {
    const bytes = await read(file);
    for (let start = 0; start + size <= bytes.length; start++) {
      const found = bytes.slice(start, start + size);
      if ((await sha256(found)) === name) {
        return found;
      }
    }
  }
  throw new Error(`no file is called ${name}`);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
