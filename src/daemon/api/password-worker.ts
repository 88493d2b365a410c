/**
 * Derives keys from passwords on a thread of its own. It must not be the pool that the files are written
 * with: a burst of logins would hold up the record of a failover.
 */
import { argon2Sync } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

export interface Derivation {
  readonly id: number
  readonly password: string
  readonly salt: Uint8Array
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
  readonly tagBytes: number
}

parentPort?.on('message', (wanted: Derivation) => {
  const { id, password, salt, memoryKib: memory, passes, lanes, tagBytes } = wanted
  const tag = argon2Sync('argon2id', {
    ...{ message: Buffer.from(password.normalize('NFKC')), nonce: salt },
    ...{ parallelism: lanes, tagLength: tagBytes, memory, passes },
  })
  parentPort?.postMessage({ id, tag })
})
