/** The way to the sign-in page: a new document, so that nothing of the person who leaves stays in memory. */
import { RETURN_PATH_PARAMETER, SIGN_IN_PATH } from "../../protocol/account.ts";

/** Why one finds oneself on the sign-in page. */
export const SIGN_IN_NOTICES = ["ended", "signed_out", "deleted"] as const;
export type SignInNotice = (typeof SIGN_IN_NOTICES)[number];

export class SignInDoor {
  readonly #go: (address: string) => void;
  #notice: SignInNotice = "ended";
  #isLeaving = false;

  /** `go` loads another document. */
  constructor(go: (address: string) => void) {
    this.#go = go;
  }

  /** Leaves for good once `act` has ended the login; the stream may hear of the end before it resolves. */
  async leaveAfter(notice: SignInNotice, act: () => Promise<void>): Promise<void> {
    this.#notice = notice;
    try {
      await act();
    } catch (fault) {
      this.#notice = "ended";
      throw fault;
    }
    this.leave("/");
  }

  /** The login has ended. Who did not end it on purpose comes back to `path` after the next sign-in. */
  leave(path: string): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    const back = this.#notice === "ended" ? { [RETURN_PATH_PARAMETER]: path } : {};
    this.#go(`${SIGN_IN_PATH}?${new URLSearchParams({ notice: this.#notice, ...back })}`);
  }
}
