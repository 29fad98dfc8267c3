// Elements made from plain values: text only ever becomes text nodes, so data can never become markup.

type Child = Node | string | false | null | undefined;
type Attribute = string | number | boolean | undefined | ((event: Event) => void);

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Attribute> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (/^(data|aria)-/.test(name) && value !== undefined) element.setAttribute(name, String(value));
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element #${id}; index.html and the scripts differ.`);
  return element as T;
}

/** Puts new children into a region and keeps the keyboard where it was, by element id. */
export function redraw(region: HTMLElement, ...children: Child[]): void {
  const focused = region.contains(document.activeElement) ? document.activeElement?.id : undefined;
  region.replaceChildren(...children.filter((child): child is Node | string => Boolean(child)));
  if (focused) document.getElementById(focused)?.focus();
}

/** Shows or clears a `role="status"` or `role="alert"` region; an empty one is not drawn. */
export function say(region: HTMLElement, ...children: Child[]): void {
  region.replaceChildren(...children.filter((child): child is Node | string => Boolean(child)));
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
