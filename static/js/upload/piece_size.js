// How much of a file one request carries. Where a proxy keeps a piece until it is whole, one that breaks off counts
// for nothing: on a line that breaks every few megabytes large pieces would never get through.

const LARGEST = 8 * 1024 * 1024;
const SMALLEST = 128 * 1024;
const GROWS_AFTER = 4;

/** Shared by all files of a page, since they go over the same line. */
export class PieceSize {
  bytes = LARGEST;
  inARow = 0;

  /** A piece of so many bytes broke off: the next ones carry a quarter. */
  shrink(tried) {
    this.bytes = Math.min(this.bytes, Math.max(SMALLEST, Math.floor(tried / 4)));
    this.inARow = 0;
  }

  /** A piece got through; after several in a row the next ones carry twice as much. */
  grow() {
    this.inARow += 1;
    if (this.inARow < GROWS_AFTER) return;
    this.bytes = Math.min(this.bytes * 2, LARGEST);
    this.inARow = 0;
  }
}
