import { AC3_STEREO, AC3_SURROUND, type Clip, DTS, LPCM, MP2, type Recipe } from "./authored.ts"

const SUBPICTURE = { start: "00:00:00.20", end: "00:00:01.20" }
const clip = (name: string, changes: Partial<Clip> = {}): Clip => ({
  name,
  format: "pal",
  aspect: "4:3",
  seconds: 2,
  audio: [AC3_STEREO],
  ...changes,
})

/** PAL 16:9 with every audio format that dvdauthor can mux, all uses of audio and sub-picture streams, wide and letterbox sub-pictures. */
export const FORMATS: Recipe = {
  name: "formats",
  clips: [
    clip("film", {
      aspect: "16:9",
      seconds: 3,
      audio: [AC3_SURROUND, MP2, DTS, LPCM, AC3_STEREO],
      subpictures: [0, 1, 2, 3, 4].map((stream) => ({ stream, ...SUBPICTURE })),
    }),
  ],
  xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm/><titleset><titles>
    <video format="pal" aspect="16:9" widescreen="nopanscan" resolution="720x576"/>
    <audio format="ac3" lang="en" channels="6" content="normal"/>
    <audio format="mp2" lang="fr" content="impaired"/>
    <audio format="dts" lang="de" content="comments1"/>
    <audio format="pcm" lang="ja" quant="16bps" content="comments2"/>
    <audio format="ac3" lang="iw" dolby="surround"/>
    <subpicture lang="en" content="normal"><stream id="0" mode="widescreen"/><stream id="1" mode="letterbox"/></subpicture>
    <subpicture lang="fr" content="forced"><stream id="2" mode="widescreen"/><stream id="2" mode="letterbox"/></subpicture>
    <subpicture lang="de" content="director"><stream id="3" mode="widescreen"/><stream id="3" mode="letterbox"/></subpicture>
    <subpicture lang="in" content="normal_cc"><stream id="4" mode="widescreen"/><stream id="4" mode="letterbox"/></subpicture>
    <pgc><vob file="film.mpg" chapters="0,1,2"/></pgc>
  </titles></titleset></dvdauthor>`,
}

/** NTSC 4:3, two title sets of several titles, stills, buttons' commands, user operations; raw material for patched discs. */
export const CHAINS: Recipe = {
  name: "chains",
  clips: [clip("one", { format: "ntsc", seconds: 4 }), clip("two", { format: "ntsc", seconds: 3, audio: [AC3_STEREO, AC3_STEREO] })],
  xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm/><titleset><titles>
    <video format="ntsc" aspect="4:3"/><audio lang="en"/>
    <pgc pause="3"><pre>{ g1 = 1; }</pre><vob file="one.mpg" chapters="0,1,2,3"/><post>{ jump title 2; }</post></pgc>
    <pgc><vob file="one.mpg"><cell start="0" end="1" program="1"/><cell start="1" end="2" pause="inf">g2 = 7;</cell><cell start="2" end="-1" chapter="1"/></vob></pgc>
    <pgc><vob file="two.mpg" chapters="0,2"/><post>{ exit; }</post></pgc>
  </titles></titleset><titleset><titles>
    <video format="ntsc" aspect="4:3"/><audio lang="es"/><audio lang="xx"/>
    <pgc><vob file="two.mpg"/></pgc>
    <pgc><vob file="two.mpg" chapters="0,1"/></pgc>
  </titles></titleset></dvdauthor>`,
}

/** Menus in two languages in both domains, of several kinds, with a still and a moving one. */
export const MENUS: Recipe = {
  name: "menus",
  clips: [clip("menu", { seconds: 1 }), clip("film")],
  xml: `<dvdauthor dest="dvd" jumppad="yes"><vmgm>
    <fpc>{ g3 = 1; jump menu entry title; }</fpc>
    <menus lang="en"><pgc entry="title" pause="inf"><vob file="menu.mpg"/></pgc><pgc><vob file="menu.mpg"/><post>{ jump menu 1; }</post></pgc></menus>
    <menus lang="fr"><pgc entry="title" pause="inf"><vob file="menu.mpg"/></pgc></menus>
  </vmgm><titleset>
    <menus lang="en">
      <pgc entry="root" pause="5"><vob file="menu.mpg"/></pgc><pgc entry="audio"><vob file="menu.mpg"/></pgc>
      <pgc entry="subtitle"><vob file="menu.mpg"/></pgc><pgc entry="ptt,angle"><vob file="menu.mpg"/></pgc>
    </menus>
    <menus lang="de"><pgc entry="root"><vob file="menu.mpg"/></pgc></menus>
    <titles><pgc><vob file="film.mpg"/><post>{ call menu entry root; }</post></pgc></titles>
  </titleset></dvdauthor>`,
}
