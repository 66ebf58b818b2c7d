// State of a view: one frozen object, replaced as a whole; whoever draws it subscribes.

export function createStore(initial) {
  let state = Object.freeze({ ...initial });
  const listeners = new Set();
  return {
    get: () => state,

    /** Replaces the given members, then calls all listeners with the new and the old state. */
    set(changes) {
      const before = state;
      state = Object.freeze({ ...state, ...changes });
      for (const listener of [...listeners]) {
        listener(state, before);
      }
    },

    /** Calls the listener after every change, and returns the function that ends it. */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Whether one of the named members is another value than before. */
export function changed(state, before, ...names) {
  return names.some((name) => state[name] !== before[name]);
}
