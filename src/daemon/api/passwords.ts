/** Passwords as they are kept: argon2id with its own salt; the text names all of its parameters. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'

interface Cost {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** OWASP's second choice: 19 MiB, two passes; about 60 ms here. */
const usual: Cost = { memoryKib: 19_456, passes: 2, lanes: 1 }
const tagBytes = 32
const saltBytes = 16

/** `argon2id$19456$2$1$SALT$TAG`, in base64url. */
export async function hashPassword(password: string, cost: Cost = usual): Promise<string> {
  const salt = randomBytes(saltBytes)
  const tag = await derive(password, salt, cost)
  const numbers = [cost.memoryKib, cost.passes, cost.lanes].join('$')
  return `argon2id$${numbers}$${salt.toString('base64url')}$${tag.toString('base64url')}`
}

/** False also for a text that is no such hash. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [kind, memory, passes, lanes, salt = '', tag = ''] = hash.split('$')
  const cost = { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) }
  const expected = Buffer.from(tag, 'base64url')
  if (kind !== 'argon2id' || expected.length !== tagBytes) return false
  const found = await derive(password, Buffer.from(salt, 'base64url'), cost)
  return timingSafeEqual(found, expected)
}

function derive(password: string, nonce: Buffer, cost: Cost): Promise<Buffer> {
  const { memoryKib: memory, passes, lanes: parallelism } = cost
  const message = Buffer.from(password.normalize('NFKC'))
  return new Promise((resolve, reject) => {
    const parameters = { message, nonce, parallelism, tagLength: tagBytes, memory, passes }
    argon2('argon2id', parameters, (error, tag) => (error === null ? resolve(tag) : reject(error)))
  })
}
