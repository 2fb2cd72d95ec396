/** The indicator catalogue in French: names, meanings and formulas, by the ids of the core. */

export const CATALOGUE_FR: Readonly<
  Record<string, { readonly name: string; readonly meaning: string; readonly formula: string }>
> = {
  ema: {
    name: "Moyenne mobile exponentielle",
    meaning: "La tendance du prix ; les bougies récentes pèsent le plus.",
    formula:
      "EMA = EMA₋₁ + 2 ÷ (période + 1) × (clôture − EMA₋₁), d’abord la moyenne de `période` clôtures",
  },
  sma: {
    name: "Moyenne mobile simple",
    meaning:
      "Le prix moyen des dernières bougies : au-dessus d’elle le marché monte, au-dessous il baisse.",
    formula: "SMA = somme des `période` dernières clôtures ÷ période",
  },
  wma: {
    name: "Moyenne mobile pondérée",
    meaning: "La tendance du prix ; le poids d’une bougie décroît par pas égaux avec son âge.",
    formula: "WMA = Σ poids × clôture ÷ Σ poids, poids de 1 (ancienne) à période (récente)",
  },
  hma: {
    name: "Moyenne mobile de Hull",
    meaning: "Une ligne de tendance rapide et lisse ; elle peut dépasser aux retournements.",
    formula: "HMA = WMA(⌊√période⌋) de (2 × WMA(⌊période ÷ 2⌋) − WMA(période))",
  },
  dema: {
    name: "Moyenne mobile exponentielle double",
    meaning: "Une moyenne exponentielle dont le retard est presque ôté.",
    formula: "DEMA = 2 × EMA − EMA(EMA)",
  },
  tema: {
    name: "Moyenne mobile exponentielle triple",
    meaning: "Une moyenne exponentielle presque sans retard.",
    formula: "TEMA = 3 × EMA − 3 × EMA(EMA) + EMA(EMA(EMA))",
  },
  kama: {
    name: "Moyenne mobile adaptative de Kaufman",
    meaning: "Suit le prix de près dans une tendance et bouge à peine sans tendance.",
    formula:
      "KAMA = KAMA₋₁ + c² × (clôture − KAMA₋₁), c entre 2 ÷ (lente + 1) et 2 ÷ (rapide + 1) selon |variation nette| ÷ Σ |variations|",
  },
  trix: {
    name: "TRIX",
    meaning:
      "À quelle vitesse un prix lissé trois fois monte ou baisse ; passer 0 marque un retournement.",
    formula: "TRIX = 100 × (T ÷ T₋₁ − 1), T = EMA(EMA(EMA(clôture)))",
  },
  rsi: {
    name: "Indice de force relative",
    meaning:
      "Le déséquilibre des mouvements récents : sous 30 on parle de survente, au-dessus de 70 de surachat.",
    formula:
      "RSI = 100 × hausse moyenne ÷ (hausse moyenne + baisse moyenne), moyennes de Wilder des variations",
  },
  macd: {
    name: "Convergence et divergence de moyennes mobiles",
    meaning: "Si la tendance rapide s’écarte de la lente, et si ce mouvement gagne en force.",
    formula:
      "ligne = EMA(rapide) − EMA(lente) ; signal = EMA(signal) de la ligne ; histogramme = ligne − signal",
  },
  bollinger: {
    name: "Bandes de Bollinger",
    meaning:
      "L’écart habituel du prix à sa moyenne : des bandes étroites disent un marché calme, une clôture au-dehors un fait inhabituel.",
    formula:
      "milieu = SMA ; haute, basse = milieu ± écarts × écart type ; largeur = 100 × (haute − basse) ÷ milieu ; %B = (clôture − basse) ÷ (haute − basse)",
  },
  atr: {
    name: "Amplitude vraie moyenne",
    meaning: "De combien le prix bouge en une bougie, écarts d’ouverture compris, dans tout sens.",
    formula: "ATR = moyenne de Wilder de max(haut, clôture₋₁) − min(bas, clôture₋₁)",
  },
  stochastic: {
    name: "Oscillateur stochastique",
    meaning: "Où se tient la clôture dans l’étendue récente : 0 en bas, 100 en haut.",
    formula:
      "%K = SMA(lissage) de 100 × (clôture − plus bas) ÷ (plus haut − plus bas) sur k bougies ; %D = SMA(d) de %K",
  },
  adx: {
    name: "Indice directionnel moyen",
    meaning:
      "La force de la tendance, quel que soit son sens : au-dessus de 20 à 25 il y en a une. +DI au-dessus de −DI : elle monte.",
    formula:
      "±DI = 100 × somme de Wilder de ±DM ÷ celle de l’amplitude vraie ; ADX = moyenne de Wilder de 100 × |+DI − −DI| ÷ (+DI + −DI)",
  },
  cci: {
    name: "Indice du canal des matières premières",
    meaning:
      "La distance du prix à sa moyenne, en unités de sa distance habituelle : au-delà de ±100 il est loin.",
    formula:
      "P = (haut + bas + clôture) ÷ 3 ; CCI = (P − SMA de P) ÷ (0,015 × écart absolu moyen de P)",
  },
  obv: {
    name: "Volume en équilibre",
    meaning:
      "Si le volume accompagne les hausses ou les baisses ; comparez son sens à celui du prix.",
    formula: "OBV = OBV₋₁ + volume quand la clôture monte, − volume quand elle baisse",
  },
  vwap: {
    name: "Prix moyen pondéré par le volume",
    meaning: "Le prix moyen payé aujourd’hui : au-dessus, les acheteurs du jour gagnent.",
    formula: "VWAP = Σ(P × volume) ÷ Σ volume depuis 00:00 UTC, P = (haut + bas + clôture) ÷ 3",
  },
  volume_sma: {
    name: "Volume moyen",
    meaning: "Ce qui s’échange d’habitude en une bougie.",
    formula: "SMA du volume = somme des `période` derniers volumes ÷ période",
  },
  volume_ratio: {
    name: "Rapport de volume",
    meaning: "L’activité de la bougie : 2 est le double du volume habituel, 0,5 la moitié.",
    formula: "rapport = volume ÷ SMA(période) du volume",
  },
  change: {
    name: "Variation du prix",
    meaning: "De combien le prix a bougé depuis cette bougie.",
    formula: "variation = 100 × (clôture − clôture `période` bougies avant) ÷ celle-ci",
  },
  zlema: {
    name: "Moyenne mobile exponentielle sans retard",
    meaning: "Une moyenne exponentielle de prix portés en avant par leur mouvement récent.",
    formula: "ZLEMA = EMA de (2 × clôture − clôture d’il y a ⌊(période − 1) ÷ 2⌋ bougies)",
  },
  vwma: {
    name: "Moyenne mobile pondérée par le volume",
    meaning: "Le prix moyen ; les bougies à fort volume pèsent le plus.",
    formula: "VWMA = Σ (clôture × volume) ÷ Σ volume",
  },
  ppo: {
    name: "Oscillateur de prix en pourcentage",
    meaning: "Le MACD en pourcentage du prix, pour comparer les instruments.",
    formula:
      "ligne = 100 × (EMA(rapide) − EMA(lente)) ÷ EMA(lente) ; signal = EMA(signal) de la ligne ; histogramme = ligne − signal",
  },
  aroon: {
    name: "Aroon",
    meaning:
      "Lesquels sont les plus récents, les nouveaux hauts ou les nouveaux bas : 100 maintenant, 0 il y a longtemps.",
    formula:
      "hausse = 100 × (période − bougies depuis le plus haut) ÷ période ; baisse avec les bas ; oscillateur = hausse − baisse",
  },
  sar: {
    name: "SAR parabolique",
    meaning:
      "Un stop qui suit le mouvement de plus en plus près ; la tendance se retourne où le prix le touche.",
    formula:
      "SAR = SAR₋₁ + a × (E − SAR₋₁), E le prix extrême du mouvement, a croît de `pas` à chaque nouvel E jusqu’à `maximum`",
  },
  supertrend: {
    name: "Supertrend",
    meaning:
      "Une ligne de stop sous une hausse et au-dessus d’une baisse ; direction : 1 en hausse, −1 en baisse.",
    formula:
      "(haut + bas) ÷ 2 ± multiplicateur × ATR, chaque bande n’avançant que vers le prix, jusqu’à ce qu’une clôture la passe",
  },
  ichimoku: {
    name: "Nuage Ichimoku",
    meaning:
      "Tendance et support d’un coup d’œil : au-dessus du nuage, haussier. Aucune valeur n’utilise de bougie future ; le décalage est affaire de dessin.",
    formula:
      "lignes = (plus haut + plus bas) ÷ 2 sur 9, 26, 52 bougies ; avance A = moyenne des deux premières ; nuage = avances d’il y a décalage − 1 bougies",
  },
  cmo: {
    name: "Oscillateur de momentum de Chande",
    meaning: "Le déséquilibre des mouvements récents, autour de 0 ; au-delà de ±50, extrême.",
    formula: "CMO = 100 × (G − P) ÷ (G + P), moyennes de Wilder des hausses et des baisses",
  },
  stochrsi: {
    name: "RSI stochastique",
    meaning: "Où se tient le RSI dans sa propre étendue récente : plus vif et plus bruyant.",
    formula:
      "%K = SMA(lissage) de 100 × (RSI − plus bas RSI) ÷ (plus haut RSI − plus bas RSI) sur k bougies ; %D = SMA(d) de %K",
  },
  ultimate: {
    name: "Oscillateur ultime",
    meaning: "La pression acheteuse sur trois durées : sous 30 survente, au-dessus de 70 surachat.",
    formula:
      "100 × (4 A(courte) + 2 A(moyenne) + A(longue)) ÷ 7, A = Σ (clôture − min(bas, clôture₋₁)) ÷ Σ amplitude vraie",
  },
  williams_r: {
    name: "Williams %R",
    meaning:
      "Où se tient la clôture dans l’étendue récente : au-dessus de −20 surachat, sous −80 survente.",
    formula: "%R = −100 × (plus haut − clôture) ÷ (plus haut − plus bas)",
  },
  roc: {
    name: "Taux de variation",
    meaning: "La vitesse du prix : au-dessus de 0 il est plus haut qu’il y a `période` bougies.",
    formula: "ROC = 100 × (clôture − clôture `période` bougies avant) ÷ celle-ci",
  },
  momentum: {
    name: "Momentum",
    meaning: "De combien le prix est plus haut ou plus bas qu’il y a `période` bougies.",
    formula: "momentum = clôture − clôture `période` bougies avant",
  },
  awesome: {
    name: "Oscillateur Awesome",
    meaning: "Si le marché des toutes dernières bougies est plus fort que celui d’avant.",
    formula: "AO = SMA(rapide) − SMA(lente) de (haut + bas) ÷ 2",
  },
  dpo: {
    name: "Oscillateur de prix sans tendance",
    meaning:
      "Les cycles plus courts que la période, la tendance étant ôtée ; il regarde en arrière, pas en avant.",
    formula: "DPO = clôture d’il y a ⌊période ÷ 2⌋ + 1 bougies − SMA(période)",
  },
  keltner: {
    name: "Canaux de Keltner",
    meaning:
      "Où le prix reste d’habitude autour de sa tendance ; une clôture au-delà d’une ligne montre de la force.",
    formula: "milieu = EMA(période) ; haute, basse = milieu ± multiplicateur × ATR(amplitude)",
  },
  donchian: {
    name: "Canaux de Donchian",
    meaning:
      "L’étendue récente. Elle contient cette bougie : une cassure est donc une clôture au-delà du canal de la bougie d’avant.",
    formula: "haut = plus haut, bas = plus bas de `période` bougies ; milieu = leur moyenne",
  },
  ad: {
    name: "Accumulation et distribution",
    meaning:
      "Si le volume vient avec des clôtures près du haut ou près du bas ; comparez les sens.",
    formula: "AD = AD₋₁ + volume × ((clôture − bas) − (haut − clôture)) ÷ (haut − bas)",
  },
  cmf: {
    name: "Flux monétaire de Chaikin",
    meaning:
      "Pression acheteuse (au-dessus de 0) ou vendeuse (au-dessous), selon où clôturent les bougies à volume.",
    formula:
      "CMF = Σ (volume × ((clôture − bas) − (haut − clôture)) ÷ (haut − bas)) ÷ Σ volume sur `période` bougies",
  },
  mfi: {
    name: "Indice de flux monétaire",
    meaning:
      "Un RSI qui pèse les mouvements par ce qui s’est échangé : sous 20 survente, au-dessus de 80 surachat.",
    formula:
      "MFI = 100 × H ÷ (H + B), sommes de P × volume des bougies dont P = (haut + bas + clôture) ÷ 3 monte ou baisse",
  },
  heikin_ashi: {
    name: "Heikin-Ashi",
    meaning:
      "Des bougies lissées : une suite d’une même couleur est une tendance. Ce ne sont pas des prix négociables.",
    formula:
      "clôture = moyenne des quatre prix ; ouverture = moyenne de l’ouverture et de la clôture Heikin-Ashi précédentes",
  },
  pivots: {
    name: "Points pivots",
    meaning:
      "Des niveaux que la bougie close fixe pour la suivante ; ceux de 1d sont les pivots du jour.",
    formula:
      "P = (haut + bas + clôture) ÷ 3 ; R1 = 2P − bas, S1 = 2P − haut ; R2, S2 = P ± (haut − bas) ; R3 = haut + 2 (P − bas), S3 = bas − 2 (haut − P)",
  },
};

/** By the English name of the parameter. */
export const PARAMETERS_FR: Readonly<Record<string, string>> = {
  Period: "Période",
  "Fast period": "Période rapide",
  "Slow period": "Période lente",
  "Signal period": "Période du signal",
  "K period": "Période K",
  "D period": "Période D",
  "Smoothing period": "Période de lissage",
  "Standard deviations": "Écarts types",
  Multiplier: "Multiplicateur",
  Step: "Pas",
  Maximum: "Maximum",
  "Conversion period": "Période de conversion",
  "Base period": "Période de base",
  "Span period": "Période du nuage",
  Displacement: "Décalage",
  "Short period": "Période courte",
  "Middle period": "Période moyenne",
  "Long period": "Période longue",
  "Range period": "Période d’amplitude",
};

/** By the English name of the output; proper names such as EMA or %K are the same in both languages. */
export const OUTPUTS_FR: Readonly<Record<string, string>> = {
  "Upper band": "Bande haute",
  "Middle band": "Bande médiane",
  "Lower band": "Bande basse",
  Width: "Largeur",
  Upper: "Haut",
  Middle: "Milieu",
  Lower: "Bas",
  Histogram: "Histogramme",
  Signal: "Signal",
  "Average volume": "Volume moyen",
  "Volume ratio": "Rapport de volume",
  Change: "Variation",
  "Aroon up": "Aroon haussier",
  "Aroon down": "Aroon baissier",
  Oscillator: "Oscillateur",
  Direction: "Direction",
  "Conversion line": "Ligne de conversion",
  "Base line": "Ligne de base",
  "Leading span A": "Avance A",
  "Leading span B": "Avance B",
  "Cloud A": "Nuage A",
  "Cloud B": "Nuage B",
  "Ultimate oscillator": "Oscillateur ultime",
  Momentum: "Momentum",
  "Awesome oscillator": "Oscillateur Awesome",
  Open: "Ouverture",
  High: "Haut",
  Low: "Bas",
  Close: "Clôture",
  Pivot: "Pivot",
};
