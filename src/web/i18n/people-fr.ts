/** The sentences about people in French. */
import type { peopleEn } from "./people-en.ts";
import type { Sentences } from "./translation.ts";

export const peopleFr: Sentences<typeof peopleEn> = {
  person: {
    menu: "Menu du compte de {{name}}",
    localName: "Utilisateur local",
    local: "Sans connexion, mode local",
    market: "Marché",
    strategies: "Stratégies",
    account: "Compte",
    signOut: "Se déconnecter",
    signOutFailed: "La déconnexion n’a pas abouti. Réessayez.",
    skip: "Aller au contenu",
  },
  signIn: {
    title: "Se connecter",
    lead: "Une seule voix à la criée, et tous les traders l’entendent.",
    button: "Se connecter avec Google",
    back: "Vous reviendrez à la page demandée.",
    paper:
      "Outcry négocie avec de l’argent fictif sur des prix réels. Aucun compte chez une plateforme d’échange n’est nécessaire.",
    kept: "De votre compte Google, Outcry garde votre nom et votre adresse électronique. Il ne voit jamais votre mot de passe.",
    attempt: "La connexion n’a pas abouti",
    notice: {
      ended: "Votre connexion a pris fin. Connectez-vous à nouveau pour reprendre où vous étiez.",
      signed_out: "Vous êtes déconnecté.",
      deleted: "Votre compte est supprimé, avec tout ce qu’il contenait.",
    },
    error: {
      cancelled: "Vous avez quitté la page de Google avant la fin. Rien n’a changé.",
      expired:
        "La connexion a pris trop de temps, ou a commencé dans un autre navigateur. Recommencez.",
      invalid: "La réponse de Google n’était pas valable. Recommencez depuis cette page.",
      email_not_verified:
        "Google n’a pas vérifié votre adresse électronique. Vérifiez-la dans votre compte Google, puis recommencez.",
      not_allowed:
        "Ce serveur n’accepte que les personnes désignées par son exploitant. Demandez-lui d’ajouter votre adresse électronique, ou utilisez un autre compte Google.",
      provider_unreachable: "Google ne répond pas à ce serveur. Réessayez dans un instant.",
      provider_refused:
        "Google refuse ce serveur : ses identifiants ou son adresse sont mal configurés. Prévenez l’exploitant.",
      internal:
        "Ce serveur a commis une erreur. Réessayez ; si elle se répète, prévenez l’exploitant.",
    },
  },
  account: {
    title: "Compte",
    leadLocal:
      "Outcry fonctionne en mode local : sans connexion, pour qui utilise cette machine, et pour personne d’autre.",
    profile: "Vous",
    displayName: "Nom affiché",
    save: "Enregistrer",
    saved: "Enregistré",
    nameEmpty: "Un nom a au moins un caractère.",
    nameLong: "Un nom a {{max}} caractères au plus.",
    nameHidden: "Un nom n’a pas de caractères invisibles.",
    email: "Adresse électronique",
    since: "Membre depuis",
    lastSignIn: "Dernière connexion",
    operator: "Vous êtes l’exploitant de ce serveur.",
    look: "Langue et thème",
    lookHint: "Ils vous suivent dans tous les navigateurs où vous vous connectez.",
    lookHintLocal: "Ils valent pour tous les navigateurs de cette machine.",
    asBrowser: "Selon le navigateur",
    theme: "Thème",
    dark: "Sombre",
    light: "Clair",
    logins: "Connexions",
    loginsHint:
      "Les navigateurs dans lesquels vous êtes connecté. Fermez ceux que vous ne reconnaissez pas.",
    loginsLocal: "Il n’y en a pas en mode local.",
    thisBrowser: "ce navigateur",
    lastUsed: "Dernière utilisation {{ago}}",
    signedInAt: "connecté {{time}} UTC",
    endHere: "Se déconnecter ici",
    endNamed: "Déconnecter {{device}}, dernière utilisation {{ago}}",
    end: "Déconnecter",
    endAll: "Se déconnecter partout",
    loginsFailed: "Les connexions n’ont pas pu être chargées.",
    data: "Vos données",
    dataHint:
      "Tout ce qu’Outcry garde de vous, en un fichier JSON : compte, connexions, stratégies, positions, trades.",
    download: "Télécharger mes données",
    deletion: "Supprimer le compte",
    deletionHint:
      "Vous retire avec vos stratégies, positions, trades et connexions, aussitôt et définitivement. Téléchargez d’abord vos données si vous voulez les garder.",
    deletionLocal: "L’utilisateur local reste : sans lui, ce serveur n’aurait personne.",
    delete: "Supprimer mon compte",
    deleteTitle: "Supprimer votre compte ?",
    deleteText:
      "Tout ce qui est à vous disparaît aussitôt, et personne ne peut le rétablir. Vous êtes déconnecté de tous les navigateurs.",
    deleteType: "Tapez « {{phrase}} » pour confirmer",
    deletePhrase: "supprimer mon compte",
    deleteOther: "Une autre personne s’est connectée dans ce navigateur. Rechargez la page.",
    cancel: "Annuler",
    retry: "Réessayer",
  },
  strategies: {
    title: "Stratégies",
    lead: "Les vôtres : personne d’autre ne les voit.",
    notRunnable:
      "Les règles de ces stratégies ne font pas encore partie de cette version. Noms et réglages sont gardés, et rien n’est négocié tant que les règles n’y sont pas.",
    caption_one: "{{count}} stratégie",
    caption_other: "{{count}} stratégies",
    name: "Stratégie",
    symbol: "Symbole",
    timeframe: "Unité de temps",
    state: "État",
    on: "Activée",
    off: "Désactivée",
    notYet: "pas encore exécutable",
    takeProfit: "Prise de profit",
    stopLoss: "Stop",
    maxTime: "Durée maximale",
    cooldown: "Pause",
    size: "Taille",
    absent: "sans",
    failed: "Les stratégies n’ont pas pu être chargées.",
    empty: "Vous n’avez pas de stratégie. Celles d’Outcry sont données aux nouveaux comptes.",
  },
};
