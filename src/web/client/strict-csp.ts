/** Keeps zod from probing for `eval`, which the page's content security policy would report; imported first. */
import { z } from "zod";

z.config({ jitless: true });
