// What a failure means: for one file, or for all that are still to be sent.

// With `isNobodys` no names of files may be seen: who stands before the screen is not known to be their officer.
const SIGN_IN_AFTER_MS = 5_000;
export const SIGNED_OUT = { words: "You are signed out. Sign in again in another tab; sending then goes on.", triesAfterMs: SIGN_IN_AFTER_MS, isNobodys: true };
const SOMEBODY_ELSES = { words: "Somebody else is signed in. Sending goes on once you are.", triesAfterMs: SIGN_IN_AFTER_MS, isNobodys: true };
const LINE_IS_BROKEN = { words: "The connection is broken; sending goes on once it is back.", triesAfterMs: 10_000 };
const ROOM_AFTER_MS = 60_000;

/** Return what keeps every file back for want of room, or null where a status says no such thing. */
export function roomTrouble(status, message) {
  if (status !== 429 && status !== 507) return null;
  const words = message ?? "The platform takes no more at present.";
  return { words: `${words} It is tried again every minute.`, triesAfterMs: ROOM_AFTER_MS };
}

/** Return what is wrong with the line, judged by a page that was or was not answered, or null. */
export function lineTrouble(answer) {
  if (!answer || [502, 503, 504].includes(answer.status)) return LINE_IS_BROKEN;
  return answer.redirected ? SIGNED_OUT : null;
}

/** Return what is wrong where the page that was answered is not the officer's who began, or null. */
export function strangeness(officer, whoBegan) {
  return officer && officer !== whoBegan ? SOMEBODY_ELSES : null;
}

/** Return what is wrong for who is signed in and refused; at first only the page's token may be of a former session. */
export function denial(message, isAgain) {
  if (!isAgain) return { words: "You signed in anew; sending goes on.", triesAfterMs: 1000 };
  return { words: message ?? "The platform does not let you send files.", triesAfterMs: null };
}

/** Whether a status refuses whoever asks. */
export function isDenied(status) {
  return [401, 403].includes(status);
}

/** Whether a status speaks of the line, and not of what was sent. */
export function maySpeakOfLine(status) {
  return [0, 502, 503, 504].includes(status);
}

/** Whether the browser can still read a file, which may lie on a disk that was taken away. */
export async function isReadable(file) {
  return !file.isLost && file.slice(0, 1).arrayBuffer().then(() => true, () => false);
}
