/** A command line that cannot be carried out as written: told in a sentence, exit status 2. */
export class WrongUsage extends Error {}
