export type After = (milliseconds: number, work: () => void) => unknown;

/** What calls `work` at once, and then at most once in so many milliseconds; the last call is never lost. */
export function throttle(milliseconds: number, work: () => void, after: After = later): () => void {
  let rests = false;
  let again = false;
  const call = () => {
    again = rests;
    if (rests) return;
    rests = true;
    after(milliseconds, () => {
      rests = false;
      if (again) call();
    });
    work();
  };
  return call;
}

const later: After = (milliseconds, work) => setTimeout(work, milliseconds);
