/** The whole screen for one part of the page; where the browser has no full screen, the whole window. */
import { useEffect, useState } from "react";

/** Whether it is on, and the switch. The document goes full screen, so that dialogs stay visible. */
export function useFullScreen(): readonly [boolean, () => void] {
  const [isOn, setIsOn] = useState(false);
  useEffect(() => {
    const follow = () => setIsOn(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", follow);
    return () => document.removeEventListener("fullscreenchange", follow);
  }, []);
  const toggle = () => {
    setIsOn(!isOn);
    if (isOn) {
      if (document.fullscreenElement !== null)
        document.exitFullscreen().catch(() => setIsOn(false));
      return;
    }
    // Refused or missing (iPhones): the part then fills the window, which `isOn` says already.
    document.documentElement.requestFullscreen?.().catch(() => setIsOn(true));
  };
  return [isOn, toggle];
}
