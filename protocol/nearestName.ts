/** More edits than this are another word, not a misspelling. */
const MAX_EDITS = 3;

/**
 * Answers a function that finds the candidate with the fewest edits (insert, delete or replace one character, swap two neighbours) from a name,
 * case ignored; undefined when none is near. A guest can ask for thousands of unknown names of a service with thousands
 * of methods, so candidates are prepared once and each is dropped as soon as it is too far.
 */
export function createNearestName(candidates: readonly string[]): (name: string) => string | undefined {
  const prepared = candidates.map((candidate) => ({ candidate, lower: candidate.toLowerCase() }));
  return (name) => {
    const wanted = name.toLowerCase();
    // A short name is near to everything within three edits: allow one edit for three characters.
    let best = Math.min(MAX_EDITS, Math.max(1, Math.floor(wanted.length / 3))) + 1;
    let nearest: string | undefined;
    for (const { candidate, lower } of prepared) {
      const distance = editDistance(wanted, lower, best);
      if (distance < best) {
        best = distance;
        nearest = candidate;
      }
      if (best <= 1) break;
    }
    return nearest;
  };
}

/** Levenshtein's distance, or `bound` when it is that or more. Only the diagonal band that can stay below the bound is filled. */
function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) >= bound) return bound;
  // What both begin and end with costs nothing, and most names of one service begin alike.
  let start = 0;
  let aEnd = a.length;
  let bEnd = b.length;
  while (start < aEnd && start < bEnd && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  for (; aEnd > start && bEnd > start && a.charCodeAt(aEnd - 1) === b.charCodeAt(bEnd - 1); aEnd--) bEnd--;
  const swapped = a[start] === b[start + 1] && a[start + 1] === b[start];
  if (swapped && aEnd - start === 2 && bEnd - start === 2) return Math.min(1, bound);

  const columns = bEnd - start;
  const row = Array.from({ length: columns + 1 }, (_, j) => j);
  for (let i = 1; i <= aEnd - start; i++) {
    const unit = a.charCodeAt(start + i - 1);
    const first = Math.max(1, i - bound);
    const last = Math.min(columns, i + bound);
    let diagonal = row[first - 1] ?? bound;
    let left = first === 1 ? i : bound;
    let rowBest = left;
    row[first - 1] = left;
    for (let j = first; j <= last; j++) {
      const above = row[j] ?? bound;
      const replace = diagonal + (unit === b.charCodeAt(start + j - 1) ? 0 : 1);
      left = Math.min(replace, above + 1, left + 1);
      diagonal = above;
      row[j] = left;
      rowBest = Math.min(rowBest, left);
    }
    if (rowBest >= bound) return bound;
  }
  return Math.min(row[columns] ?? bound, bound);
}
