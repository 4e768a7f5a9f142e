/** Misbehaviour on demand: the next calls of a method fail in the way that was asked for. */

export interface SlackFault {
  /** A Web API method such as `chat.postMessage`, or `response_url`. */
  readonly method: string
  readonly times: number
  /** `drop-before` cuts the connection before anything is done, `drop-after` when all is done but nothing answered. */
  readonly kind: 'error' | 'status' | 'rate-limit' | 'drop-before' | 'drop-after'
  /** For `error`; `internal_error` when absent. */
  readonly error?: string
  /** For `status`; 503 when absent. */
  readonly status?: number
  /** For `rate-limit`, in seconds; 1 when absent. */
  readonly retryAfter?: number
}

export class Faults {
  #waiting: SlackFault[] = []
  readonly #otherwise: (method: string) => SlackFault | undefined

  constructor(otherwise: (method: string) => SlackFault | undefined) {
    this.#otherwise = otherwise
  }

  add(fault: SlackFault): void {
    this.#waiting.push(fault)
  }

  /** The fault that this call meets; one that was added is used up by one. */
  take(method: string): SlackFault | undefined {
    const found = this.#waiting.find((fault) => fault.method === method && fault.times > 0)
    if (!found) return this.#otherwise(method)
    this.#waiting = this.#waiting
      .map((fault) => (fault === found ? { ...fault, times: fault.times - 1 } : fault))
      .filter((fault) => fault.times > 0)
    return found
  }
}
