import { configurationError } from "../../../kernel/error.ts";
import { canonicalJson } from "../../../kernel/json.ts";
import { layout } from "./layout.ts";
import { formatRecord, parseRecord } from "./records.ts";
import type { Store } from "./store.ts";

const family = "titleholder/registry/";
const version = 1;

/** Looks at the format once, before anything else is read, and marks an empty folder before anything is written to it. */
export class Format {
  readonly #store: Store;
  #known = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Whether there is a registry at all.
   * @throws TH_REGISTRY_FORMAT (configuration) for a newer format, TH_REGISTRY_LOCATION (configuration) for a file or a folder
   *   that holds other things.
   */
  async exists(): Promise<boolean> {
    if (this.#known) return true;
    const names = await this.#namesInRoot();
    const bytes = await this.#store.read(layout.format);
    if (bytes !== undefined) {
      this.#check(parseRecord(bytes, formatRecord, this.#store.shown(layout.format)).format);
      this.#known = true;
      return true;
    }
    if (names.length > 0) throw this.#notARegistry(`it holds ${names[0]} but no ${layout.format}`);
    return false;
  }

  async ensure(): Promise<void> {
    if (await this.exists()) return;
    await this.#store.create(
      layout.format,
      new TextEncoder().encode(`${canonicalJson({ format: `${family}v${version}` })}\n`),
    );
    if (!(await this.exists())) throw this.#notARegistry("its format file vanished");
  }

  /** Read before the format file, which is the first thing ever written: what is listed here came after it. */
  async #namesInRoot(): Promise<readonly string[]> {
    const kind = await this.#store.rootKind();
    if (kind === undefined) return [];
    if (kind !== "directory") throw this.#notARegistry("it is not a directory");
    // A `.gitkeep` or a desktop's own files do no harm.
    return (await this.#store.list(".")).filter((name) => !name.startsWith("."));
  }

  #check(format: string): void {
    const found = /^titleholder\/registry\/v(\d+)$/.exec(format)?.[1];
    if (found !== undefined && Number(found) <= version) return;
    const file = this.#store.shown(layout.format);
    throw configurationError(
      "TH_REGISTRY_FORMAT",
      `the registry has the format ${format}, and this Titleholder knows ${family}v${version} and older`,
      "upgrade Titleholder: pin a newer release of the action, or install a newer package for the command line",
      { file },
    );
  }

  #notARegistry(why: string) {
    const folder = this.#store.shown(".").replace(/\/\.$/, "");
    return configurationError(
      "TH_REGISTRY_LOCATION",
      `${folder} is not a model registry: ${why}`,
      "name an empty or new folder, or one that Titleholder made: file:.titleholder/registry",
      { input: "registry" },
    );
  }
}
