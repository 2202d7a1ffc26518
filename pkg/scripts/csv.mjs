// Comma-separated values with a header row and double quotes (RFC 4180).

/** The rows as objects by column name. */
export function parseCsv(text) {
  const [header, ...rows] = records(text);
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ""])));
}

function records(text) {
  const cell = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/y;
  const found = [];
  let row = [];
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) {
      throw new Error("malformed CSV: a quotation mark is not closed");
    }
    const [, raw, end] = match;
    row.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end !== ",") {
      found.push(row);
      row = [];
    }
  }
  return found;
}
