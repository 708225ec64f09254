/** A stream of pseudo-random numbers that is the same on every machine for the same seed. Not for secrets. */
export interface Random {
  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number;
  /** A whole number, uniform in 0..below − 1, without bias; 1 ≤ below ≤ 2³². */
  integer(below: number): number;
  /** Standard normal. */
  normal(): number;
  /** A new array with the same elements in uniformly random order. */
  shuffle<T>(items: readonly T[]): T[];
}

const warmUp = 12;
const twoTo32 = 2 ** 32;

/**
 * Small Fast Counting (sfc32; C. Doty-Humphrey, PractRand): 128 bits of state. A whole number seeds it by its two
 * 32-bit halves, a text by its length and the 32-bit FNV-1a hash of its UTF-16 code units.
 */
export function createRandom(seed: number | string): Random {
  if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
    throw new RangeError(`a seed must be a whole number or a text, not ${seed}`);
  }
  const [low, high] =
    typeof seed === "string" ? [fnv1a(seed), seed.length] : [seed >>> 0, Math.floor(seed / twoTo32) >>> 0];
  const next = smallFastCounter(0, low, high, 1);
  for (let i = 0; i < warmUp; i++) {
    next();
  }
  return randomFrom(next);
}

/** The raw generator: each call gives the next 32 bits as a whole number from 0. */
function smallFastCounter(first: number, second: number, third: number, counter: number): () => number {
  let [a, b, c, count] = [first | 0, second | 0, third | 0, counter | 0];
  return () => {
    const value = (a + b + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + value) | 0;
    return value >>> 0;
  };
}

function randomFrom(next: () => number): Random {
  const uniform = () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  const integer = (below: number) => {
    if (!(Number.isInteger(below) && below >= 1 && below <= twoTo32)) {
      throw new RangeError(`below must be a whole number in 1..2^32, not ${below}`);
    }
    // Quotients of whole numbers below 2^32 never round up to the next, and are four times as fast as a remainder of doubles.
    const limit = Math.floor(twoTo32 / below) * below;
    let bits = next();
    while (bits >= limit) {
      bits = next();
    }
    return bits - Math.floor(bits / below) * below;
  };
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle: (items) => {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [shuffled[i], shuffled[j]] = [
          shuffled[j] as (typeof shuffled)[number],
          shuffled[i] as (typeof shuffled)[number],
        ];
      }
      return shuffled;
    },
  };
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
