// Files that the page offers to save.

/** Offer bytes or a text as a file. @type {(name: string, content: BlobPart, type: string) => void} */
export function saveFile(name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Offer a value as a JSON file. @type {(name: string, value: object) => void} */
export const saveJson = (name, value) => saveFile(name, JSON.stringify(value), "application/json");
