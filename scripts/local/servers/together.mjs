// Several programs that make one: when one of them cannot be started, those before it are ended.

/**
 * @template T
 * @param {(later: (stop: () => Promise<void>) => void) => Promise<T>} make tells `later` how to end each program
 * @returns {Promise<T & { stop: () => Promise<void> }>} its `stop` ends them all, last first
 */
export async function together(make) {
  /** @type {(() => Promise<void>)[]} */
  const stops = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    return { ...(await make((one) => stops.push(one))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
