export function setupArguments(
  scripts: Readonly<Record<string, string>>,
  command: string | undefined,
): string[] | undefined
