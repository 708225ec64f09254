import type { Arm } from "../rollout/rollout.ts";
import type { Random } from "../stats/random.ts";

/**
 * Decides request by request which arm answers. Every run of 100 / gcd(weight, 100) requests holds exactly its share of canaries, at
 * random places: the split is exact after each run, and traffic with a rhythm of its own cannot fall in step with it.
 */
export class WeightedSplit {
  readonly #random: Random;
  #weight = 0;
  #run: boolean[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  get weight(): number {
    return this.#weight;
  }

  /** @param percent whole number 0..100 */
  setWeight(percent: number): void {
    if (!(Number.isInteger(percent) && percent >= 0 && percent <= 100)) {
      throw new RangeError(`a weight is a whole percent from 0 to 100, not ${percent}`);
    }
    if (percent === this.#weight) return;
    this.#weight = percent;
    this.#run = [];
  }

  next(): Arm {
    if (this.#weight === 0) return "stable";
    if (this.#weight === 100) return "canary";
    const drawn = this.#run.pop() ?? this.#begin();
    return drawn ? "canary" : "stable";
  }

  #begin(): boolean {
    const divisor = greatestCommonDivisor(this.#weight, 100);
    const length = 100 / divisor;
    const canaries = this.#weight / divisor;
    this.#run = this.#random.shuffle(Array.from({ length }, (_, place) => place < canaries));
    return this.#run.pop() ?? false;
  }

  /** The arm of a caller who shall stay with it: a fixed place in 0..1 by the key, so that a rising weight moves each caller once at most. */
  armOf(key: string): Arm {
    return placeOf(key) * 100 < this.#weight ? "canary" : "stable";
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** 32-bit FNV-1a over UTF-16 code units with the finaliser of MurmurHash3, as keys often differ in their last character only. */
function placeOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
