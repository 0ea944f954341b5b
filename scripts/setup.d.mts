export function isAtLeast(version: string, oldest: readonly [major: number, minor: number]): boolean

interface Lock {
  packages?: Record<string, Record<string, unknown>>
}
export function isInstalled(lockfile: Lock, installed: Lock, withoutDev: boolean): boolean

export function hashFiles(base: string, files: readonly string[]): string

export function main(argv: readonly string[]): Promise<void>
