// Digests of files, taken beside the page so that it stays quick.

export class Hasher {
  constructor() {
    this.worker = null;
    this.asked = new Map();
    this.number = 0;
  }

  /** Return the SHA-256 of a file or a part of one, in hex. */
  digest(blob) {
    this.worker ??= this.begun();
    this.number += 1;
    const number = this.number;
    return new Promise((resolve, reject) => {
      this.asked.set(number, { resolve, reject });
      this.worker.postMessage({ number, blob });
    });
  }

  begun() {
    const worker = new Worker(new URL("./hashing.js", import.meta.url));
    worker.addEventListener("message", ({ data: { number, digest } }) => {
      const asked = this.asked.get(number);
      this.asked.delete(number);
      if (digest) asked.resolve(digest);
      else asked.reject(new Error("The file could not be read"));
    });
    worker.addEventListener("error", () => {
      for (const { reject } of this.asked.values()) reject(new Error("The hasher did not start"));
      this.asked.clear();
    });
    return worker;
  }
}
