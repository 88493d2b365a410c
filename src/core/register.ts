/**
 * The register of a cluster (safety.md 7): one small value, kept outside of both servers by a witness
 * or etcd, changed by compare-and-set alone and never by time. Its version counts the exclusions.
 */

export interface RegisterValue {
  /** Made when the register was made: a register that lost its memory is another one. */
  readonly instance: string
  /** 0 until the first claim. */
  readonly version: number
  /** Who claimed this version, and by which claim; empty at version 0. */
  readonly holder: string
  readonly nonce: string
}

/** Raises `version` by one, if the register is still that instance at that version. */
export interface RegisterClaim {
  readonly instance: string
  readonly version: number
  readonly holder: string
  readonly nonce: string
}
